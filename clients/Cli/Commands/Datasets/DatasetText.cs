using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>A dataset version, in words.</summary>
internal static class DatasetText
{
    public static void Write(TextWriter output, DatasetVersion version)
    {
        TextTable.WriteFields(output,
        [
            ("version", version.Name),
            .. JobText.Fields(version.Status),
            ("format", version.Format == DataFormat.Unspecified ? "" : version.Format.ToString()),
            ("digest", version.Digest),
            ("splits", Splits(version)),
            ("columns", string.Join(", ", version.Schema?.Columns.Select(c => $"{c.Name} {c.Type.ToString().ToLowerInvariant()}") ?? [])),
            ("labels", string.Join(", ", version.LabelNames)),
            ("files", string.Join(", ", version.Files.Select(f => $"{f.Path} ({Amount.Bytes(f.SizeBytes)})"))),
            ("rejected", version.RejectedCount > 0 ? $"{Amount.Count(version.RejectedCount)} records" : ""),
        ]);
        foreach (var rejected in version.Rejected.Take(10))
        {
            output.WriteLine($"  {Printable.Line(rejected.Source)}: {Printable.Line(rejected.Reason)}");
        }
    }

    /// <summary>"train 10,000, test 2,000".</summary>
    public static string Splits(DatasetVersion version) =>
        string.Join(", ", version.Splits.Select(split => $"{split.Name} {Amount.Count(split.RecordCount)}"));
}
