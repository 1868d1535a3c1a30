using System.CommandLine;
using System.Globalization;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetHead : MeshCommand
{
    private const int MaxWidth = 40;

    private readonly VersionArgument _version = new("A version. [default: the newest]");
    private readonly Option<string> _split = new("--split") { Description = "Which split. [default: the first]", HelpName = "NAME" };
    private readonly Option<int> _records = new("--records", "-n") { Description = "How many.", HelpName = "COUNT", DefaultValueFactory = _ => 10 };

    public DatasetHead()
        : base("head", "Shows the first records of a version.", "mesh dataset head people", "mesh dataset head people/3 --split test --records 3")
    {
        Add(_version);
        Add(_split);
        Add(_records);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var preview = await run.Mesh.Datasets.PreviewDatasetVersionAsync(
            new PreviewDatasetVersionRequest { Name = version.Name, Split = run.Get(_split) ?? "", Records = run.Get(_records) }, cancellationToken: run.Cancel);
        run.ShowTable(preview, preview.Records, $"{version.Name} has no records.", [.. preview.Columns.Select(c => c.Name), "SOURCE"],
            record => [.. record.Values.Select(Text), record.Source]);
        return ExitCode.Ok;
    }

    private static string Text(Value value)
    {
        var text = value.KindCase switch
        {
            Value.KindOneofCase.None => "-",
            Value.KindOneofCase.Image => "(image)",
            Value.KindOneofCase.StringValue => value.StringValue,
            Value.KindOneofCase.Int64Value => value.Int64Value.ToString(CultureInfo.InvariantCulture),
            Value.KindOneofCase.DoubleValue => value.DoubleValue.ToString("g6", CultureInfo.InvariantCulture),
            Value.KindOneofCase.BoolValue => value.BoolValue ? "true" : "false",
            Value.KindOneofCase.BytesValue => $"({value.BytesValue.Length} bytes)",
            Value.KindOneofCase.TimestampValue => value.TimestampValue.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            Value.KindOneofCase.StringList => List(value.StringList.Values),
            Value.KindOneofCase.Int64List => List(value.Int64List.Values),
            Value.KindOneofCase.DoubleList => List(value.DoubleList.Values.Select(v => v.ToString("g4", CultureInfo.InvariantCulture))),
            Value.KindOneofCase.Boxes => string.Join(", ", value.Boxes.Boxes.GroupBy(b => b.Label).Select(g => $"{g.Key} {g.Count()}")),
            _ => value.KindCase.ToString(),
        };
        return text.Length > MaxWidth ? text[..MaxWidth] + "…" : text;
    }

    // An empty list is a value.
    private static string List<T>(IEnumerable<T> values) => $"[{string.Join(", ", values)}]";
}
