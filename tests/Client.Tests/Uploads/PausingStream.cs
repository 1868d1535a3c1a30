namespace Mesh.Client.Tests.Uploads;

/// <summary>A stream that stops once when it has been read up to a place, until it is told to go on.</summary>
internal sealed class PausingStream(byte[] content, long pauseAt) : MemoryStream(content)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resume = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Resume() => _resume.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= pauseAt)
        {
            _reached.TrySetResult();
            await _resume.Task.WaitAsync(cancellationToken);
        }

        return await base.ReadAsync(buffer, cancellationToken);
    }
}
