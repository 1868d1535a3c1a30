using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Commits;

/// <summary>What a commit found out.</summary>
internal sealed record ParsedVersion(DatasetVersion Facts, string Digest, byte[] Rejections, long Records, long Rejected);

/// <summary>
/// Reads every file of a version once: 1. label names, 2. the format, 3. every record, 4. the digest. Nothing is written, so
/// that it can be done again after a crash.
/// </summary>
internal sealed class VersionParser(RecordFormats formats, IOptions<IngestOptions> options)
{
    private const int RecordsPerReport = 256;

    /// <param name="asked">Format and label names of the request.</param>
    /// <exception cref="DatasetException">The files cannot become a version.</exception>
    public async Task<ParsedVersion> ParseAsync(
        DatasetVersion asked, IReadOnlyList<SourceFile> files, CommitProgress progress, CancellationToken cancel)
    {
        progress.Enter("identify");
        SourceFile[] labelFiles = [.. files.Where(f => LabelNames.IsLabelFile(f.Path))];
        if (labelFiles.Length > 1)
        {
            throw new DatasetException("LABEL_NAMES_INVALID", $"{labelFiles[1].Path} is a second list of label names, beside {labelFiles[0].Path}.");
        }

        var labels = asked.LabelNames.Count > 0 ? new LabelNames([.. asked.LabelNames])
            : labelFiles is [var labelFile] ? await LabelNames.ReadAsync(labelFile, cancel)
            : LabelNames.None;
        var data = DataFiles(files);
        var format = await formats.FindAsync(data, asked.Format, cancel);

        progress.Enter("parse");
        var statistics = new VersionStatistics(options.Value);
        await using (var cursor = format.Open(data, labels, split: null))
        {
            await ReadAllAsync(cursor, statistics, progress, cancel);
        }

        if (statistics.Records == 0)
        {
            throw NoRecords(statistics);
        }

        var facts = new DatasetVersion { Format = format.Format, Schema = RecordFormats.ImageSchema, LabelNames = { labels.Names } };
        statistics.CopyTo(facts);
        var rejections = statistics.Ordinals.ToBytes();
        var digest = Manifest.Digest(format.Format, labels, files, statistics.Rejected, rejections);
        return new ParsedVersion(facts, digest, rejections, statistics.Records, statistics.Rejected);
    }

    /// <summary>The files that hold records.</summary>
    public static IReadOnlyList<SourceFile> DataFiles(IReadOnlyList<SourceFile> files) => [.. files.Where(f => !LabelNames.IsLabelFile(f.Path))];

    private static async Task ReadAllAsync(RecordCursor cursor, VersionStatistics statistics, CommitProgress progress, CancellationToken cancel)
    {
        while (await cursor.MoveNextAsync(cancel))
        {
            statistics.Add(cursor, await cursor.ReadAsync(cancel));
            var seen = statistics.Records + statistics.Rejected;
            if (seen % RecordsPerReport == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress.Report(seen, cursor.Total);
            }
        }

        progress.Report(statistics.Records + statistics.Rejected, statistics.Records + statistics.Rejected);
    }

    private static DatasetException NoRecords(VersionStatistics statistics)
    {
        var version = new DatasetVersion();
        statistics.CopyTo(version);
        return new DatasetException(
            "NO_RECORDS",
            version.Rejected is [var first, ..]
                ? $"All {statistics.Rejected} records were rejected; the first, {first.Source}, because it {first.Reason}."
                : "The files hold no records.");
    }
}
