namespace Mesh.Cli.Output;

/// <summary>A stage as plain lines, for files, pipes and CI logs: at most one every few seconds, and the last.</summary>
internal sealed class LineStage(TextWriter output, string title, TimeProvider time) : IStage
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private long _lastLine = time.GetTimestamp();
    private string _detail = "";

    public void Report(double done, double total, string detail)
    {
        lock (_gate)
        {
            _detail = detail;
            if (time.GetElapsedTime(_lastLine) >= Interval)
            {
                Write(total > 0 ? $"{title}: {Math.Clamp(done / total, 0, 1) * 100:0}% {detail}" : $"{title}: {detail}");
            }
        }
    }

    public void Line(string text)
    {
        lock (_gate)
        {
            Write("  " + text);
        }
    }

    /// <summary>Parts would drown the whole in lines.</summary>
    public IStagePart Part(string title) => Silent.Instance;

    public void Finish()
    {
        lock (_gate)
        {
            var took = Amount.Time(time.GetElapsedTime(_start));
            Write(_detail.Length > 0 ? $"{title}: done in {took}, {_detail}" : $"{title}: done in {took}");
        }
    }

    private void Write(string line)
    {
        output.WriteLine(Printable.Line(line));
        _lastLine = time.GetTimestamp();
    }

    private sealed class Silent : IStagePart
    {
        public static Silent Instance { get; } = new();

        public void Report(double done, double total)
        {
        }

        public void Dispose()
        {
        }
    }
}
