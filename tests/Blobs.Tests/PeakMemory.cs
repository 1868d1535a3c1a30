namespace Mesh.Blobs.Tests;

/// <summary>The most managed memory in use, garbage included, since it was made; looked at every few milliseconds.</summary>
internal sealed class PeakMemory
{
    private readonly Timer timer;
    private long peak;

    public PeakMemory() => timer = new Timer(_ => Look(), null, 0, 5);

    public long Stop()
    {
        timer.Dispose();
        Look();
        return Interlocked.Read(ref peak);
    }

    private void Look()
    {
        var now = GC.GetTotalMemory(forceFullCollection: false);
        long before;
        while (now > (before = Interlocked.Read(ref peak)) && Interlocked.CompareExchange(ref peak, now, before) != before)
        {
            // Another look was faster.
        }
    }
}
