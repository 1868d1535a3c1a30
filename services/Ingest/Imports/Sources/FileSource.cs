using System.Runtime.CompilerServices;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>
/// A folder or a file of this machine, below one of the folders that the operator allows. What counts is where a file really lies, once
/// every link is resolved, and that is looked at again on the file that was opened.
/// </summary>
internal sealed class FileSource : IImportSource
{
    private readonly string _place;
    private readonly IReadOnlyList<string> _roots;

    /// <exception cref="ImportException">SOURCE_NOT_ALLOWED; SOURCE_NOT_FOUND only below an allowed folder.</exception>
    public FileSource(string path, IReadOnlyList<string> roots)
    {
        _roots = [.. roots.Select(RealPath).OfType<string>()];
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var isNamed = roots.Any(root => IsBelow(full, Path.TrimEndingDirectorySeparator(Path.GetFullPath(root))));
        // Of what lies elsewhere nobody learns whether it is there.
        _place = isNamed
            ? RealPath(full) ?? throw new ImportException("SOURCE_NOT_FOUND", "There is no such file or folder.")
            : throw NotAllowed("The source");
        if (!IsAllowed(_place))
        {
            throw NotAllowed("The source");
        }
    }

    public async IAsyncEnumerable<SourceEntry> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        if (File.Exists(_place))
        {
            yield return Entry(new FileInfo(_place), Path.GetFileName(_place));
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal) { _place };
        var folders = new Stack<(string Folder, string Prefix)>([(_place, "")]);
        while (folders.TryPop(out var next))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var entry in Entries(next.Folder, next.Prefix))
            {
                var name = next.Prefix + entry.Name;
                var real = entry.LinkTarget is null ? entry.FullName
                    : RealPath(entry.FullName) ?? throw new ImportException("SOURCE_UNREADABLE", $"{name} is a link to nothing.");
                if (!IsAllowed(real))
                {
                    throw NotAllowed(name);
                }

                if (!Directory.Exists(real))
                {
                    yield return Entry(new FileInfo(real), name);
                }
                else if (seen.Add(real))
                {
                    folders.Push((real, name + "/"));
                }
            }
        }
    }

    public Task<SourceContent> OpenAsync(SourceEntry entry, long offset, CancellationToken cancel)
    {
        var path = File.Exists(_place) ? _place : Path.Combine(_place, entry.Key);
        try
        {
            var (handle, real) = OpenFile.Read(path);
            var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            try
            {
                if (!IsAllowed(real))
                {
                    throw NotAllowed(entry.Path);
                }

                if (VersionOf(file.Length, File.GetLastWriteTimeUtc(handle)) != entry.Version)
                {
                    throw new ImportException("SOURCE_CHANGED", $"{entry.Path} has changed since the source was listed.");
                }

                file.Position = offset;
                return Task.FromResult(new SourceContent(file, offset, file.Length));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException("SOURCE_UNREADABLE", $"{entry.Path} cannot be read.");
        }
    }

    public void Dispose()
    {
        // Holds nothing.
    }

    private static FileSystemInfo[] Entries(string folder, string prefix)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException("SOURCE_UNREADABLE", $"The folder {(prefix.Length > 0 ? prefix : "of the source")} cannot be read.");
        }
    }

    private static SourceEntry Entry(FileInfo file, string name) => new(name, name, file.Length, VersionOf(file.Length, file.LastWriteTimeUtc));

    private static string VersionOf(long length, DateTime written) => $"{length}-{written.Ticks}";

    private bool IsAllowed(string real) => _roots.Any(root => IsBelow(real, root));

    private static bool IsBelow(string path, string root) => path == root || path.StartsWith(root == "/" ? root : root + "/", StringComparison.Ordinal);

    private static ImportException NotAllowed(string what) =>
        new("SOURCE_NOT_ALLOWED", $"{what} lies outside of the folders that may be imported (Imports:FileRoots).");

    /// <summary>With every link on the way resolved; null when it leads to nothing or in a circle.</summary>
    private static string? RealPath(string path, int links = 0)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        if (RealPath(parent, links) is not { } above)
        {
            return null;
        }

        var here = Path.Combine(above, Path.GetFileName(full));
        return new FileInfo(here).LinkTarget is { } target
            ? links < 40 ? RealPath(Path.Combine(above, target), links + 1) : null
            : Path.Exists(here) ? here : null;
    }
}
