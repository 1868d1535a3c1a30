using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Detection;

/// <summary>Decides which format a set of files is in, by what a sample of their contents is.</summary>
internal sealed class FormatFinder(IOptions<IngestOptions> options)
{
    /// <summary>
    /// Entries looked at in one archive, of one extension and in all: annotations may come after a thousand images.
    /// </summary>
    private const int SamplesOfExtension = 256;
    private const int Samples = 512;

    /// <summary>Entries walked over for that. Those of a tar have to be expanded.</summary>
    private const int EntriesWalked = 20_000;

    private const int HeadBytes = 64 * 1024;

    /// <summary>The kinds of content that each format can be made of; what archives hold besides becomes a rejected record.</summary>
    private static readonly Dictionary<DataFormat, ContentKind[]> Possible = new()
    {
        [DataFormat.Idx] = [ContentKind.Idx],
        [DataFormat.ImageFolder] = [ContentKind.Image],
        [DataFormat.Csv] = [ContentKind.Delimited, ContentKind.Text, ContentKind.YoloLabels],
        [DataFormat.Jsonl] = [ContentKind.JsonLines, ContentKind.Json, ContentKind.Coco],
        [DataFormat.Json] = [ContentKind.Json, ContentKind.JsonLines, ContentKind.Coco],
        [DataFormat.Parquet] = [ContentKind.Parquet],
        [DataFormat.Arrow] = [ContentKind.Arrow],
        [DataFormat.TextFolder] =
        [
            ContentKind.Text, ContentKind.Delimited, ContentKind.Json, ContentKind.JsonLines, ContentKind.Coco, ContentKind.Po, ContentKind.YoloLabels,
            ContentKind.ClassNames,
        ],
        [DataFormat.Coco] = [ContentKind.Coco, ContentKind.Json, ContentKind.Image],
        // Beside them may lie other texts: label files that are damaged, lists of images.
        [DataFormat.Yolo] = [ContentKind.Image, ContentKind.YoloLabels, ContentKind.ClassNames, ContentKind.Text, ContentKind.Delimited],
        [DataFormat.SentencePairs] = [ContentKind.Mo, ContentKind.Po, ContentKind.Delimited, ContentKind.Text],
    };

    /// <exception cref="DatasetException">FORMAT_UNKNOWN, FORMAT_MIXED, FORMAT_MISMATCH or NO_RECORDS.</exception>
    public async Task<DataFormat> FindAsync(IReadOnlyList<SourceFile> files, DataFormat asked, CancellationToken cancel)
    {
        var samples = new List<Sample>();
        foreach (var file in files)
        {
            samples.AddRange(await SampleAsync(file, cancel));
        }

        var filled = samples.Where(s => s.Kind != ContentKind.Empty).ToList();
        if (filled.Count == 0)
        {
            throw new DatasetException("NO_RECORDS", files.Count == 0 ? "There is no file but label names." : "The files are empty.");
        }

        return asked == DataFormat.Unspecified ? Decide(filled) : Insist(asked, filled);
    }

    private static DataFormat Insist(DataFormat asked, List<Sample> samples)
    {
        // A first record that is no JSON makes a file look like any text; whoever says that it is JSON hears what is wrong.
        ContentKind[] possible = asked is DataFormat.Json or DataFormat.Jsonl ? [.. Possible[asked], ContentKind.Text, ContentKind.Delimited] : Possible[asked];
        // Each upload has to fit; within an archive one entry that does is enough.
        foreach (var upload in samples.GroupBy(s => s.Upload))
        {
            if (!upload.Any(s => possible.Contains(s.Kind)))
            {
                throw new DatasetException("FORMAT_MISMATCH", $"{upload.First().Path} is {Describe(upload.First().Kind)}, which {Name(asked)} cannot be made of.");
            }
        }

        return asked;
    }

    private static DataFormat Decide(List<Sample> samples)
    {
        var kinds = samples.Select(s => s.Kind).ToHashSet();
        if (kinds.Contains(ContentKind.Idx))
        {
            return Only(samples, DataFormat.Idx);
        }

        if (kinds.Contains(ContentKind.Image))
        {
            var format = kinds.Contains(ContentKind.Coco) ? DataFormat.Coco
                : kinds.Contains(ContentKind.YoloLabels) ? DataFormat.Yolo
                : DataFormat.ImageFolder;
            return Only(samples.Where(s => !s.InArchive), format);
        }

        var format2 = kinds switch
        {
            _ when kinds.Contains(ContentKind.Coco) => DataFormat.Coco,
            _ when kinds.Contains(ContentKind.Parquet) => DataFormat.Parquet,
            _ when kinds.Contains(ContentKind.Arrow) => DataFormat.Arrow,
            _ when kinds.Contains(ContentKind.Mo) || kinds.Contains(ContentKind.Po) => DataFormat.SentencePairs,
            // Prose may look like a table in some files of a tree, a table does not look like prose.
            _ when kinds.Contains(ContentKind.Text) => DataFormat.TextFolder,
            _ when kinds.Contains(ContentKind.JsonLines) => DataFormat.Jsonl,
            _ when kinds.Contains(ContentKind.Json) => DataFormat.Json,
            _ when kinds.Contains(ContentKind.Delimited) || kinds.Contains(ContentKind.YoloLabels) => DataFormat.Csv,
            _ when kinds.Contains(ContentKind.ClassNames) => DataFormat.TextFolder,
            _ => throw Unknown(samples[0]),
        };
        return Only(samples, format2);
    }

    private static DataFormat Only(IEnumerable<Sample> samples, DataFormat format)
    {
        foreach (var sample in samples)
        {
            if (sample.Kind == ContentKind.Unknown)
            {
                throw Unknown(sample);
            }

            if (!Possible[format].Contains(sample.Kind))
            {
                throw new DatasetException("FORMAT_MIXED", $"{sample.Path} is {Describe(sample.Kind)}, other files are {Name(format)}. Say which format is meant, or commit them apart.");
            }
        }

        return format;
    }

    private async Task<List<Sample>> SampleAsync(SourceFile file, CancellationToken cancel)
    {
        var samples = new List<Sample>();
        var extensions = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var head = new ContentBuffer(HeadBytes);
        await using var walk = new EntryWalk([file], new ExpansionBudget(options.Value));
        for (var walked = 0; walked < EntriesWalked && samples.Count < Samples && await walk.MoveNextAsync(cancel); walked++)
        {
            if (walk.Kind != EntryKind.File || walk.InArchive && EntryPlace.IsRemark(walk.Name))
            {
                continue;
            }

            var extension = Path.GetExtension(walk.Name);
            if ((extensions[extension] = extensions.GetValueOrDefault(extension) + 1) > SamplesOfExtension)
            {
                continue;
            }

            head.Clear();
            // What cannot be read is a rejected record, or fails the commit where it is read.
            var problem = await walk.ReadAsync(head, cancel);
            if (problem is null || head.Overflown)
            {
                var bytes = head.Span[..Math.Min(head.Length, HeadBytes)];
                samples.Add(new Sample(file.Path, walk.Source, ContentKinds.Of(walk.Name, bytes, !head.Overflown), walk.InArchive));
            }
        }

        // An archive without anything in it says nothing.
        return samples.Count > 0 ? samples : [new Sample(file.Path, file.Path, ContentKind.Empty, InArchive: false)];
    }

    private static DatasetException Unknown(Sample sample) => new(
        "FORMAT_UNKNOWN",
        $"{sample.Path} is none of the formats that can be read: images, IDX, CSV, JSON, Parquet, Arrow, text, gettext catalogues, and zip, tar or gzip files of them.");

    /// <summary>The name in the contract.</summary>
    private static string Name(DataFormat format) => FormatNames.Of(format);

    private static string Describe(ContentKind kind) => kind switch
    {
        ContentKind.Empty => "empty",
        ContentKind.Idx => "an IDX file",
        ContentKind.Image => "an image",
        ContentKind.Parquet => "a Parquet file",
        ContentKind.Arrow => "an Arrow file",
        ContentKind.Mo or ContentKind.Po => "a gettext catalogue",
        ContentKind.Coco => "a JSON file of COCO annotations",
        ContentKind.Json or ContentKind.JsonLines => "a JSON file",
        ContentKind.YoloLabels or ContentKind.ClassNames => "a text file of YOLO annotations",
        ContentKind.Delimited => "a table of text",
        ContentKind.Text => "a text",
        _ => "of an unknown kind",
    };

    /// <summary>One file that was looked at.</summary>
    /// <param name="Path">Of the upload, and of the entry in it.</param>
    private sealed record Sample(string Upload, string Path, ContentKind Kind, bool InArchive);
}
