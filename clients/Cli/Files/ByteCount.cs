using System.Collections.Concurrent;
using Mesh.Cli.Output;

namespace Mesh.Cli.Files;

/// <summary>Shows files that are moved at the same time, each for itself and all together. Thread safe.</summary>
internal sealed class ByteCount(IStage stage, long total)
{
    private readonly ConcurrentDictionary<string, long> _files = new();
    private long _done;

    /// <param name="size">Bytes of the file.</param>
    /// <param name="part">Where it shows.</param>
    public IProgress<long> Of(string file, long size, IStagePart part) => new Bytes(done =>
    {
        part.Report(done, size);
        // Adds what is new: a sum over all files would be taken for every chunk of each.
        var now = Interlocked.Add(ref _done, done - _files.GetValueOrDefault(file));
        _files[file] = done;
        stage.Report(now, total, $"{Amount.Bytes(now)} of {Amount.Bytes(total)}");
    });

    public void Finish(int files) => stage.Report(total, total, $"{files} files, {Amount.Bytes(total)}");

    private sealed class Bytes(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
