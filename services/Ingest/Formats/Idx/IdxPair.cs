using System.Text.RegularExpressions;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>The images and the labels of one split.</summary>
internal sealed partial record IdxPair(string Split, SourceFile Images, SourceFile Labels)
{
    /// <summary>Pairs by file name, sorted by the path of the images.</summary>
    /// <exception cref="DatasetException">IDX_NAME, IDX_PAIR_INCOMPLETE or IDX_SPLIT_TWICE.</exception>
    public static IReadOnlyList<IdxPair> Find(IReadOnlyList<SourceFile> files)
    {
        var named = files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(Classify).ToList();
        var pairs = new List<IdxPair>();
        foreach (var split in named.GroupBy(f => f.Split))
        {
            var images = split.Where(f => f.IsImages).ToList();
            var labels = split.Where(f => !f.IsImages).ToList();
            if (images.Count > 1 || labels.Count > 1)
            {
                var second = (images.Count > 1 ? images : labels)[1].File.Path;
                throw new DatasetException("IDX_SPLIT_TWICE", $"{second} is a second file of the split {split.Key}.");
            }

            if (images.Count == 0 || labels.Count == 0)
            {
                var (lonely, missing) = images.Count == 0 ? (labels[0].File, "images") : (images[0].File, "labels");
                throw new DatasetException("IDX_PAIR_INCOMPLETE", $"{lonely.Path} has no {missing} beside it.");
            }

            pairs.Add(new IdxPair(split.Key, images[0].File, labels[0].File));
        }

        return [.. pairs.OrderBy(p => p.Images.Path, StringComparer.Ordinal)];
    }

    private static (SourceFile File, string Split, bool IsImages) Classify(SourceFile file)
    {
        var match = Name().Match(file.Path[(file.Path.LastIndexOf('/') + 1)..]);
        if (!match.Success)
        {
            throw new DatasetException(
                "IDX_NAME",
                $"{file.Path} is not called like \"train-images-idx3-ubyte.gz\" or \"train-labels-idx1-ubyte.gz\", with train, test, t10k, validation or all in front.");
        }

        var split = match.Groups[1].Value;
        return (file, split == "t10k" ? "test" : split, match.Groups[2].Value.StartsWith('i'));
    }

    [GeneratedRegex(@"\A(train|test|t10k|validation|all)-(images[-.]idx3|labels[-.]idx1)-ubyte(?:\.gz)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
