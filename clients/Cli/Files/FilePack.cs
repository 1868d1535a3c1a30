using System.Formats.Tar;
using Mesh.Cli.Output;
using Mesh.Cli.Running;

namespace Mesh.Cli.Files;

/// <summary>
/// Thousands of files as one archive: a version is made of a bounded number of files, and each of them takes some calls to send. The same files
/// give the same archive, byte for byte, so that another run goes on where one broke off.
/// </summary>
internal static class FilePack
{
    /// <summary>As many as a version has by default. Up to here each is sent for itself, and stored once however many versions have it.</summary>
    public const int MaxFiles = 1000;

    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>What cannot be in the archive: other archives, and the names of the classes.</summary>
    private static bool StaysOut(DataFile file) => DataFiles.IsArchive(file.Name) || file.Name == "labels.txt";

    /// <param name="files">At most <see cref="MaxFiles"/> of them are sent as they are.</param>
    /// <param name="name">Of the archive.</param>
    /// <param name="send">Is given what there is to send. The archive is gone when it ends.</param>
    public static async Task<T> SendAsync<T>(Terminal terminal, IReadOnlyList<DataFile> files, string name, Func<IReadOnlyList<DataFile>, Task<T>> send, CancellationToken cancel)
    {
        if (files.Count <= MaxFiles)
        {
            return await send(files);
        }

        List<DataFile> packed = [.. files.Where(file => !StaysOut(file))];
        var id = DataFile.RequestId("pack", packed.Select(file => file.Key));
        // Two runs at once have an archive each.
        var archive = new FileInfo(Path.Combine(Folder(), $"pack-{Guid.NewGuid():n}.tar"));
        try
        {
            await terminal.StageAsync("pack", stage => PackAsync(packed, archive, stage, cancel));
            archive.Refresh();
            return await send([new(archive.FullName, name, archive.Length, id), .. files.Where(StaysOut)]);
        }
        finally
        {
            archive.Refresh();
            if (archive.Exists)
            {
                archive.Delete();
            }
        }
    }

    private static async Task<bool> PackAsync(List<DataFile> files, FileInfo archive, IStage stage, CancellationToken cancel)
    {
        var total = files.Sum(file => file.Size);
        try
        {
            Directory.CreateDirectory(archive.DirectoryName!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            RemoveLeft(archive.Directory!);
            await using var tar = new TarWriter(archive.Create());
            var done = 0L;
            foreach (var file in files)
            {
                await using var content = Open(file);
                // Neither times nor process ids, which pax headers hold.
                await tar.WriteEntryAsync(new GnuTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch }, cancel);
                stage.Report(done += file.Size, total, $"{Amount.Bytes(done)} of {Amount.Bytes(total)}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed(
                $"{Amount.Count(files.Count)} files are sent as one archive, which could not be written: {e.Message} Set XDG_CACHE_HOME to a folder with room for {Amount.Bytes(total)}, or pack them yourself.");
        }

        stage.Report(total, total, $"{Amount.Count(files.Count)} files in one archive");
        return true;
    }

    private static FileStream Open(DataFile file)
    {
        try
        {
            return File.OpenRead(file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"{file.Path} cannot be read: {e.Message}");
        }
    }

    /// <summary>What runs that were killed have left.</summary>
    private static void RemoveLeft(DirectoryInfo folder)
    {
        foreach (var old in folder.EnumerateFiles("pack-*.tar").Where(file => file.LastWriteTimeUtc < DateTime.UtcNow - Abandoned))
        {
            try
            {
                // Refused while somebody sends it.
                using (old.Open(FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    old.Delete();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A later run has another look.
            }
        }
    }

    private static string Folder() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "mesh");
}
