using Mesh.Ingest.Imports.Sources;
using Mesh.Uploads;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>Finds out which files an import has. Only those that it takes are kept in memory.</summary>
internal sealed class ImportListing(IOptions<ImportOptions> options)
{
    /// <exception cref="ImportException">There are none, too many or too large ones, or one has a name that cannot be.</exception>
    public async Task<IReadOnlyList<ImportFileRow>> ListAsync(ImportRow import, IImportSource source, CancellationToken cancel)
    {
        var limits = options.Value;
        var patterns = import.Patterns();
        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddIncludePatterns(patterns);
        var files = new List<ImportFileRow>();
        var (seen, bytes) = (0, 0L);
        await foreach (var entry in source.ListAsync(cancel))
        {
            if (++seen > limits.MaxListed)
            {
                throw new ImportException("TOO_MANY_FILES", $"The source holds more than {limits.MaxListed} files (Imports:MaxListed).");
            }

            if (patterns.Length > 0 && !matcher.Match(entry.Path).HasMatches)
            {
                continue;
            }

            files.Add(Row(import, entry));
            bytes += entry.Bytes ?? 0;
            if (files.Count > limits.MaxFiles)
            {
                throw new ImportException("TOO_MANY_FILES", $"{Formats.Printable.Of(entry.Path)} is one of more than {limits.MaxFiles} files (Imports:MaxFiles).");
            }

            if (bytes > limits.MaxTotalBytes)
            {
                throw new ImportException("IMPORT_TOO_LARGE", $"With {entry.Path} the files have more than {limits.MaxTotalBytes} bytes (Imports:MaxTotalBytes).");
            }
        }

        return files.Count > 0 ? files : throw new ImportException("SOURCE_EMPTY", seen > 0 ? $"None of the {seen} files of the source matches the patterns." : "The source holds no files.");
    }

    private static ImportFileRow Row(ImportRow import, SourceEntry entry) => UploadFileName.Problem(entry.Path) is { } problem
        ? throw new ImportException("FILE_NAME_INVALID", $"{Formats.Printable.Of(entry.Path)}: a file's name {problem}")
        : new ImportFileRow { Project = import.Project, ImportId = import.ImportId, Path = entry.Path, Key = entry.Key, Bytes = entry.Bytes, Version = entry.Version };
}
