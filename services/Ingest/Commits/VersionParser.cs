using Mesh.Ingest.Formats;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.Records;
using Mesh.Ingest.Records.Restarts;
using Mesh.Ingest.Statistics;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Commits;

/// <summary>What a commit found out.</summary>
internal sealed record ParsedVersion(DatasetVersion Facts, DatasetVersionStatistics Statistics, string Digest, byte[] Rejections, byte[] Restarts, long Records, long Rejected);

/// <summary>
/// Reads every file of a version once: 1. label names, 2. the format, 3. what the format leaves open, by the first records,
/// 4. every record, and where later readings can enter the files, 5. the digest. Only rejected records and keys are written, to files of the attempt's own, so that it can
/// be done again after a crash.
/// </summary>
internal sealed class VersionParser(RecordFormats formats, IOptions<IngestOptions> options)
{
    private const int RecordsPerReport = 256;

    private const double DefaultMaxRejectedFraction = 0.5;

    /// <param name="asked">What the request gave: format, label names, options, schema, limits of rejection.</param>
    /// <param name="quarantine">Gets the rejected records, also of a commit that fails.</param>
    /// <exception cref="DatasetException">The files cannot become a version.</exception>
    public async Task<ParsedVersion> ParseAsync(
        DatasetVersion asked, IReadOnlyList<SourceFile> files, QuarantineFile quarantine, CommitProgress progress, CancellationToken cancel)
    {
        progress.Enter("identify");
        var labels = await LabelsAsync(asked, files, cancel);
        var data = DataFiles(files);
        var format = await formats.FindAsync(data, asked.Format, cancel);
        var layout = await format.DescribeAsync(data, RecordLayout.Of(asked) with { Labels = labels }, cancel);

        progress.Enter("parse");
        while (true)
        {
            try
            {
                var restarts = new RestartCollector(data);
                var statistics = await ReadAllAsync(asked, data, format, layout, restarts, quarantine, progress, cancel);
                return Conclude(asked, files, format, layout, statistics, restarts);
            }
            catch (ColumnWidenedException e)
            {
                // At most once for each column.
                layout = layout.With(e.Column, e.Type);
                quarantine.Clear();
            }
        }
    }

    /// <summary>The files that hold records, in the order of their paths.</summary>
    public static IReadOnlyList<SourceFile> DataFiles(IReadOnlyList<SourceFile> files) =>
        [.. files.Where(f => !LabelNames.IsLabelFile(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal)];

    private static async Task<LabelNames> LabelsAsync(DatasetVersion asked, IReadOnlyList<SourceFile> files, CancellationToken cancel)
    {
        SourceFile[] labelFiles = [.. files.Where(f => LabelNames.IsLabelFile(f.Path))];
        if (labelFiles.Length > 1)
        {
            throw new DatasetException("LABEL_NAMES_INVALID", $"{labelFiles[1].Path} is a second list of label names, beside {labelFiles[0].Path}.");
        }

        return asked.LabelNames.Count > 0 ? new LabelNames([.. asked.LabelNames])
            : labelFiles is [var labelFile] ? await LabelNames.ReadAsync(labelFile, cancel)
            : LabelNames.None;
    }

    private async Task<VersionStatistics> ReadAllAsync(
        DatasetVersion asked, IReadOnlyList<SourceFile> data, IRecordFormat format, RecordLayout layout, RestartCollector restarts,
        QuarantineFile quarantine, CommitProgress progress, CancellationToken cancel)
    {
        var statistics = new VersionStatistics(layout, data, options.Value);
        using var keys = KeyCheck.Of(layout, quarantine.Folder);
        await using var columns = new ColumnThread(statistics.Columns, () => new RecordRow(layout.Schema));
        await using var cursor = format.Open(data, layout, split: null);
        while (await cursor.MoveNextAsync(cancel))
        {
            restarts.Add(cursor);
            var problem = await cursor.ReadAsync(cancel) ?? keys?.Add(cursor);
            if (statistics.Add(cursor, problem) is not { } rejected)
            {
                cursor.Row = await columns.AddAsync(cursor.Row, cancel);
            }
            else
            {
                quarantine.Add(rejected);
                if (asked.Strict)
                {
                    throw new DatasetException("RECORD_REJECTED", $"{rejected.Source} {rejected.Reason}.");
                }
            }

            if (statistics.Candidates % RecordsPerReport == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress.Report(statistics.Candidates, cursor.Total);
            }
        }

        await columns.FinishAsync();
        keys?.ThrowIfTwice(cancel);
        progress.Report(statistics.Candidates, statistics.Candidates);
        return statistics;
    }

    private static ParsedVersion Conclude(
        DatasetVersion asked, IReadOnlyList<SourceFile> files, IRecordFormat format, RecordLayout layout, VersionStatistics statistics,
        RestartCollector restarts)
    {
        var columns = statistics.ToColumns();
        layout = layout.WithMissing([.. columns.Columns.Select(c => c.Missing > 0)]);
        var facts = new DatasetVersion
        {
            Format = format.Format,
            Schema = layout.Schema,
            Options = layout.Options,
            LabelNames = { layout.Labels.Names },
            Strict = asked.Strict,
            MaxRejectedFraction = asked.MaxRejectedFraction,
        };
        statistics.CopyTo(facts);
        restarts.CopyTo(facts);
        if (statistics.Records == 0)
        {
            throw new DatasetException(
                "NO_RECORDS",
                facts.Rejected is [var first, ..]
                    ? $"All {statistics.Rejected} records were rejected; the first, {first.Source}, because it {first.Reason}."
                    : "The files hold no records.");
        }

        // Only now: bad records may all lie at the beginning. How many may come at all is bounded by IngestOptions.MaxRejected.
        var limit = asked.MaxRejectedFraction == 0 ? DefaultMaxRejectedFraction : asked.MaxRejectedFraction;
        if (statistics.Rejected > limit * statistics.Candidates)
        {
            throw new DatasetException(
                "TOO_MANY_REJECTED",
                $"{statistics.Rejected} of {statistics.Candidates} records were rejected, which is more than a share of {limit}; the first, {facts.Rejected[0].Source}, because it {facts.Rejected[0].Reason}.");
        }

        var rejections = statistics.Ordinals.ToBytes();
        var digest = Manifest.Digest(format.Format, layout, files, statistics.Rejected, rejections);
        return new ParsedVersion(facts, columns, digest, rejections, restarts.ToBytes(), statistics.Records, statistics.Rejected);
    }
}
