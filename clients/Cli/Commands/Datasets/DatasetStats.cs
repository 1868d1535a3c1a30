using System.Globalization;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetStats : MeshCommand
{
    private readonly VersionArgument _version = new("A version. [default: the newest]");

    public DatasetStats()
        : base("stats", "Shows what the columns of a version hold: counts, ranges, quantiles, frequent values.", "mesh dataset stats people", "mesh dataset stats people/3 --output json") =>
        Add(_version);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var statistics = await run.Mesh.Datasets.GetDatasetVersionStatisticsAsync(new GetDatasetVersionStatisticsRequest { Name = version.Name }, cancellationToken: run.Cancel);
        run.ShowTable(statistics, statistics.Columns, $"{version.Name} has no columns.",
            ["COLUMN", "TYPE", "VALUES", "MISSING", "MEASURE", "MIN", "MEDIAN", "MAX", "MEAN", "STD", "DIFFERENT", "MOST FREQUENT"], Row);
        return ExitCode.Ok;
    }

    private static string[] Row(ColumnStatistics column)
    {
        var numbers = column.Distribution ?? column.Images?.Width;
        var (least, most) = column.Earliest is null ? (Number(numbers?.Minimum), Number(numbers?.Maximum)) : (Amount.At(column.Earliest), Amount.At(column.Latest));
        return
        [
            column.Name, column.Type.ToString().ToLowerInvariant(), Amount.Count(column.Count), Amount.Count(column.Missing), Measure(column), least,
            Number(numbers?.Quantiles.FirstOrDefault(q => q.Rank == 0.5)?.Value), most, Number(numbers?.Mean), Number(numbers?.StandardDeviation),
            column.DistinctCount > 0 ? Amount.Count(column.DistinctCount) : "", Frequent(column),
        ];
    }

    /// <summary>What the numbers are of, where it is not the value itself.</summary>
    private static string Measure(ColumnStatistics column) => column switch
    {
        { Images: not null } => "width",
        { Distribution: null } => "",
        { Type: ColumnType.String } => "characters",
        { Type: ColumnType.Bytes } => "bytes",
        { Type: ColumnType.Boxes } => "boxes",
        { Type: ColumnType.StringList or ColumnType.Int64List or ColumnType.DoubleList } => "elements",
        _ => "value",
    };

    private static string Frequent(ColumnStatistics column) => column.Images is { } images
        ? $"{Number(images.Width.Minimum)}×{Number(images.Height.Minimum)} to {Number(images.Width.Maximum)}×{Number(images.Height.Maximum)} pixels, "
            + string.Join(", ", images.Formats.OrderByDescending(f => f.Value).Select(f => $"{f.Key} {Amount.Count(f.Value)}"))
        : string.Join(", ", column.TopValues.Take(3).Select(v => $"{Shorten(v.Value)} {Amount.Count(v.Count)}"));

    private static string Number(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "";

    private static string Shorten(string value) => value.Length > 24 ? value[..24] + "…" : value;
}
