using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Downloads;

namespace Mesh.Cli.Files;

/// <summary>Fetches files, several at once, with one count of bytes over all.</summary>
internal static class FileDownloads
{
    /// <param name="resource">What has them.</param>
    /// <param name="to">The folder they go to; null for one in the current folder that is called as the resource.</param>
    /// <param name="names">Which of them; empty for all.</param>
    /// <returns>What was fetched, in words.</returns>
    /// <exception cref="CommandException">A name is none of them.</exception>
    public static async Task<(IReadOnlyList<RemoteFile> Files, string Told)> FetchAsync(
        CommandRun run, string resource, IReadOnlyList<RemoteFile> all, DirectoryInfo? to, string[] names)
    {
        var folder = Path.GetFullPath(to?.FullName ?? Names.Short(resource).Replace('/', '-'));
        var files = names.Length == 0 ? all : [.. names.Distinct().Select(name => Named(resource, all, name))];
        var total = files.Sum(file => file.SizeBytes);
        await run.Terminal.StageAsync("download", async stage =>
        {
            var count = new ByteCount(stage, total);
            var options = new ParallelOptions { MaxDegreeOfParallelism = FileUploads.AtOnce, CancellationToken = run.Cancel };
            await Parallel.ForEachAsync(files, options, async (file, cancel) =>
            {
                var path = PathOf(folder, file);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var part = stage.Part(file.Path);
                await run.Mesh.DownloadFileAsync(resource, file, path, count.Of(file.Path, file.SizeBytes, part), cancel);
            });
            count.Finish(files.Count);
            return true;
        });
        return (files, $"{folder}  {files.Count} files, {Amount.Bytes(total)}, SHA-256 checked");
    }

    private static RemoteFile Named(string resource, IReadOnlyList<RemoteFile> all, string name) =>
        all.SingleOrDefault(file => file.Path == name)
            ?? throw CommandException.Usage($"{resource} has no file {name}. It has {string.Join(", ", all.Take(20).Select(file => file.Path))}{(all.Count > 20 ? ", …" : "")}.");

    /// <summary>Below the folder, whatever the mesh says.</summary>
    private static string PathOf(string folder, RemoteFile file)
    {
        var path = Path.GetFullPath(Path.Join(folder, file.Path));
        return path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal) ? path : throw new InvalidDataException($"\"{Printable.Line(file.Path)}\" is no name for a file below {folder}.");
    }
}
