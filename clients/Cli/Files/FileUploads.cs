using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Client.Retrying;
using Mesh.Uploads.V1;

namespace Mesh.Cli.Files;

/// <summary>Sends files, several at once, with one count of bytes over all.</summary>
internal static class FileUploads
{
    /// <summary>Files at the same time unless told otherwise: enough that the network is busy while one waits for the disk.</summary>
    public const int AtOnce = 4;

    /// <returns>The uploads' names, in the order of the files.</returns>
    public static async Task<IReadOnlyList<string>> SendAsync(CommandRun run, string project, IReadOnlyList<DataFile> files, IStage stage, int atOnce = AtOnce)
    {
        var begun = await BegunAsync(run, project);
        var count = new ByteCount(stage, files.Sum(file => file.Size));
        var uploads = new string[files.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = run.Cancel };
        await Parallel.ForEachAsync(files.Index(), options, async (item, cancel) =>
        {
            var (index, file) = item;
            using var part = stage.Part(file.Name);
            uploads[index] = await SendAsync(run, project, file, begun[(file.Name, file.Size)], count.Of(file.Name, file.Size, part), cancel);
        });
        count.Finish(files.Count);
        return uploads;
    }

    /// <summary>
    /// What an earlier run may have left, by name and size, the furthest first: it may have been stopped or killed, or have run on another
    /// machine. It may also be of another file that has the same name and size.
    /// </summary>
    private static async Task<ILookup<(string, long), string>> BegunAsync(CommandRun run, string project)
    {
        var uploads = await run.Mesh.PatientlyAsync(mesh => mesh.ListUploadsAsync(project, UploadState.Active, run.Cancel), run.Cancel);
        return uploads.Where(u => u is { CommittedBytes: > 0, SizeBytes: > 0 }).OrderByDescending(u => u.CommittedBytes).ToLookup(u => (u.FileName, u.SizeBytes), u => u.Name);
    }

    private static async Task<string> SendAsync(CommandRun run, string project, DataFile file, IEnumerable<string> begun, IProgress<long> progress, CancellationToken cancel)
    {
        await using var content = File.OpenRead(file.Path);
        var requestId = DataFile.RequestId("upload", project, file.Name, file.Key);
        return (await run.Mesh.DatasetUploads.SendAsync(project, file.Name, content, requestId, progress, cancel, begun)).Name;
    }
}
