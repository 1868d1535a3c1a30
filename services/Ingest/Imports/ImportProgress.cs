namespace Mesh.Ingest.Imports;

/// <summary>Where an import stands: bytes of its files, written by those who copy and read by the heartbeat. Nobody waits.</summary>
internal sealed class ImportProgress
{
    private volatile string _stage = "list";
    private long[] _files = [];
    private long _total;

    public (string Stage, long Done, long Total) Now => (_stage, _files.Sum(), _total);

    public void Begin(IReadOnlyList<ImportFileRow> files)
    {
        _total = files.Sum(f => f.Bytes ?? 0);
        _files = [.. files.Select(f => f.StoredBytes)];
        _stage = "copy";
    }

    /// <param name="file">Its place in the list.</param>
    /// <param name="bytes">Of that file that have come; fewer than before when it starts again.</param>
    public void Report(int file, long bytes) => Volatile.Write(ref _files[file], bytes);
}
