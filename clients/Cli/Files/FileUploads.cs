using System.Collections.Concurrent;
using Mesh.Cli.Output;
using Mesh.Cli.Running;

namespace Mesh.Cli.Files;

/// <summary>Sends files, several at once, with one count of bytes over all.</summary>
internal static class FileUploads
{
    private const int AtOnce = 4;

    /// <returns>The uploads' names, in the order of the files.</returns>
    public static async Task<IReadOnlyList<string>> SendAsync(CommandRun run, string project, IReadOnlyList<DataFile> files, IStage stage)
    {
        var total = files.Sum(file => file.Size);
        var sent = new ConcurrentDictionary<string, long>();
        var uploads = new string[files.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = run.Cancel };
        await Parallel.ForEachAsync(files.Index(), options, async (item, cancel) =>
        {
            var (index, file) = item;
            uploads[index] = await SendAsync(run, project, file, new Bytes(done =>
            {
                sent[file.Name] = done;
                stage.Report(sent.Values.Sum(), total, $"{Amount.Bytes(sent.Values.Sum())} of {Amount.Bytes(total)}");
            }), cancel);
        });
        stage.Report(total, total, $"{files.Count} files, {Amount.Bytes(total)}");
        return uploads;
    }

    private static async Task<string> SendAsync(CommandRun run, string project, DataFile file, IProgress<long> progress, CancellationToken cancel)
    {
        await using var content = File.OpenRead(file.Path);
        var requestId = DataFile.RequestId("upload", project, file.Name, file.Key);
        return (await run.Mesh.DatasetUploads.SendAsync(project, file.Name, content, requestId, progress, cancel)).Name;
    }

    private sealed class Bytes(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
