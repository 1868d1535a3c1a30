using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>The files that a read need not open, because its offset lies behind them.</summary>
/// <param name="Files">Those that are left.</param>
/// <param name="Records">Records of the split in the others.</param>
/// <param name="Rejected">Rejected candidates of the split in the others.</param>
internal sealed record FileSkip(IReadOnlyList<SourceFile> Files, long Records, int Rejected)
{
    public static FileSkip Of(DatasetVersion version, IRecordFormat format, IReadOnlyList<SourceFile> files, string split, long offset)
    {
        var byPath = version.Files.ToDictionary(f => f.Path);
        var (skipped, records, rejected) = (0, 0L, 0L);
        while (format.FilesAreIndependent && skipped < files.Count)
        {
            var file = byPath[files[skipped].Path];
            var more = CountOf(file.RecordCounts, split);
            if (records + more > offset)
            {
                break;
            }

            records += more;
            rejected += CountOf(file.RejectedCounts, split);
            skipped++;
        }

        return new FileSkip([.. files.Skip(skipped)], records, (int)rejected);
    }

    private static long CountOf(IDictionary<string, long> counts, string split) => counts.TryGetValue(split, out var count) ? count : 0;
}
