using Mesh.Ingest.Formats;
using Mesh.Ingest.Records.Restarts;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>Where a read begins: near its first record, behind the files and the parts of a file that come before it.</summary>
/// <param name="Files">Those that are left.</param>
/// <param name="Place">Where in the first of them; null for its start.</param>
/// <param name="Candidates">Of the split, those that are passed over.</param>
/// <param name="Rejected">How many of them were rejected.</param>
internal sealed record ReadStart(IReadOnlyList<SourceFile> Files, CursorPlace? Place, long Candidates, int Rejected)
{
    public long Records => Candidates - Rejected;

    public static ReadStart Of(OpenedVersion opened, string split, long offset)
    {
        if (!opened.Format.FilesAreIndependent || offset == 0)
        {
            return new ReadStart(opened.Files, null, 0, 0);
        }

        var byPath = opened.Version.Files.ToDictionary(f => f.Path);
        var (skipped, records, rejected) = (0, 0L, 0L);
        while (skipped < opened.Files.Count)
        {
            var file = byPath[opened.Files[skipped].Path];
            var more = CountOf(file.RecordCounts, split);
            if (records + more > offset)
            {
                break;
            }

            records += more;
            rejected += CountOf(file.RejectedCounts, split);
            skipped++;
        }

        IReadOnlyList<SourceFile> left = [.. opened.Files.Skip(skipped)];
        if (left.Count > 0 && RestartPoints.Find(opened.Restarts, left[0].Path) is { } restarts)
        {
            foreach (var (place, before) in restarts.Backwards(split))
            {
                var candidates = records + rejected + before;
                var without = opened.Rejected.Before(split, candidates);
                if (candidates - without <= offset)
                {
                    return new ReadStart(left, place, candidates, without);
                }
            }
        }

        return new ReadStart(left, null, records + rejected, (int)rejected);
    }

    private static long CountOf(IDictionary<string, long> counts, string split) => counts.TryGetValue(split, out var count) ? count : 0;
}
