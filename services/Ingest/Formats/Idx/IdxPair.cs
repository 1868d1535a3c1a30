using System.Text.RegularExpressions;
using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>The images and the labels of one split.</summary>
internal sealed partial record IdxPair(string Split, IdxEntry Images, IdxEntry Labels)
{
    /// <summary>Pairs by file name, sorted by the path of the images. Walks over every archive once.</summary>
    /// <exception cref="DatasetException">IDX_NAME, IDX_PAIR_INCOMPLETE or IDX_SPLIT_TWICE.</exception>
    public static async Task<IReadOnlyList<IdxPair>> FindAsync(IReadOnlyList<SourceFile> files, IngestOptions options, CancellationToken cancel)
    {
        var entries = new List<IdxEntry>();
        await using var walk = new EntryWalk(files, new ExpansionBudget(options, anyRatio: true));
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.Kind == EntryKind.File && !(walk.InArchive && EntryPlace.IsRemark(walk.Name)))
            {
                entries.Add(new IdxEntry(walk.File, walk.Name, walk.Source));
            }
        }

        return Match(entries.OrderBy(e => e.Source, StringComparer.Ordinal));
    }

    private static IReadOnlyList<IdxPair> Match(IEnumerable<IdxEntry> entries)
    {
        var pairs = new List<IdxPair>();
        foreach (var split in entries.Select(Classify).GroupBy(f => f.Split))
        {
            var images = split.Where(f => f.IsImages).ToList();
            var labels = split.Where(f => !f.IsImages).ToList();
            if (images.Count > 1 || labels.Count > 1)
            {
                var second = (images.Count > 1 ? images : labels)[1].Entry.Source;
                throw new DatasetException("IDX_SPLIT_TWICE", $"{second} is a second file of the split {split.Key}.");
            }

            if (images.Count == 0 || labels.Count == 0)
            {
                var (lonely, missing) = images.Count == 0 ? (labels[0].Entry, "images") : (images[0].Entry, "labels");
                throw new DatasetException("IDX_PAIR_INCOMPLETE", $"{lonely.Source} has no {missing} beside it.");
            }

            pairs.Add(new IdxPair(split.Key, images[0].Entry, labels[0].Entry));
        }

        return [.. pairs.OrderBy(p => p.Images.Source, StringComparer.Ordinal)];
    }

    private static (IdxEntry Entry, string Split, bool IsImages) Classify(IdxEntry entry)
    {
        var match = FileName().Match(entry.Name[(entry.Name.LastIndexOf('/') + 1)..]);
        if (!match.Success)
        {
            throw new DatasetException(
                "IDX_NAME",
                $"{entry.Source} is not called like \"train-images-idx3-ubyte.gz\" or \"train-labels-idx1-ubyte.gz\", with train, test, t10k, validation or all in front.");
        }

        var split = match.Groups[1].Value;
        return (entry, split == "t10k" ? "test" : split, match.Groups[2].Value.StartsWith('i'));
    }

    [GeneratedRegex(@"\A(train|test|t10k|validation|all)-(images[-.]idx3|labels[-.]idx1)-ubyte(?:\.gz)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
