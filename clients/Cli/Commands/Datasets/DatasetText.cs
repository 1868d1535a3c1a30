using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>A dataset version, in words.</summary>
internal static class DatasetText
{
    private const int MaxFiles = 5;

    public static void Write(TextWriter output, DatasetVersion version)
    {
        TextTable.WriteFields(output,
        [
            ("version", version.Name),
            .. JobText.Fields(version.Status),
            ("format", ReadingOptions.Word(version.Format)),
            ("tags", string.Join(", ", version.Tags)),
            ("notes", version.Notes),
            ("digest", version.Digest),
            ("splits", Splits(version)),
            ("columns", Columns(version)),
            ("labels", string.Join(", ", version.LabelNames)),
            ("files", string.Join(", ", version.Files.Take(MaxFiles).Select(f => $"{f.Path} ({Amount.Bytes(f.SizeBytes)})"))
                + (version.Files.Count > MaxFiles ? $" and {Amount.Count(version.Files.Count - MaxFiles)} more" : "")),
            ("cold since", version.ColdTime is null ? "" : Amount.At(version.ColdTime)),
            ("rejected", version.RejectedCount > 0 ? $"{Amount.Count(version.RejectedCount)} records" : ""),
        ]);
        foreach (var rejected in version.Rejected.Take(10))
        {
            output.WriteLine($"  {Printable.Line(rejected.Source)}: {Printable.Line(rejected.Reason)}");
        }
    }

    /// <summary>"name string, age int64 (some missing)"; while the version is not ready, the types that were asked for.</summary>
    private static string Columns(DatasetVersion version)
    {
        var isReady = version.Status?.State == JobState.Succeeded;
        return string.Join(", ", (version.Schema?.Columns ?? []).Select(c =>
            $"{c.Name} {c.Type.ToString().ToLowerInvariant()}{(isReady && c.Nullable ? " (some missing)" : "")}"));
    }

    /// <summary>"train 10,000, test 2,000".</summary>
    public static string Splits(DatasetVersion version) =>
        string.Join(", ", version.Splits.Select(split => $"{split.Name} {Amount.Count(split.RecordCount)}"));
}
