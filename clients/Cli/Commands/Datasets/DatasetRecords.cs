using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Reading;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetRecords : MeshCommand
{
    /// <summary>Rare records show as they come, many at once go out in large pieces.</summary>
    private static readonly TimeSpan BetweenFlushes = TimeSpan.FromSeconds(0.2);

    private readonly VersionArgument _version = new("A version. [default: the newest]");
    private readonly Option<string> _split = new("--split") { Description = "Which split. [default: all, one after the other]", HelpName = "NAME" };
    private readonly Option<string[]> _columns = new("--columns") { Description = "Which columns, in this order. [default: all]", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };

    private readonly Option<string> _filter = new("--filter")
    {
        Description = "Which records: =, !=, <, <=, >, >= and : (contains), joined by AND, OR, NOT and parentheses.",
        HelpName = "CONDITION",
    };

    private readonly Option<double> _sample = new("--sample") { Description = "A share of the records, drawn at random. [default: all]", HelpName = "SHARE" };
    private readonly Option<long> _seed = new("--seed") { Description = "Of the sample: the same seed draws the same records.", HelpName = "NUMBER" };
    private readonly Option<long> _limit = new("--limit", "-n") { Description = "At most this many. [default: all]", HelpName = "COUNT" };

    public DatasetRecords()
        : base("records", "Writes records to standard output, one a line: as JSON with the columns as members, or with -o json as the mesh sends them, with index and source.",
            "mesh dataset records people --columns id name", "mesh dataset records people/3 --split test --filter \"age >= 30 AND NOT label = null\" --sample 0.1 --seed 7")
    {
        Add(_version);
        Add(_split);
        Add(_columns);
        Add(_filter);
        Add(_sample);
        Add(_seed);
        Add(_limit);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var request = new ReadRecordsRequest
        {
            Name = version.Name,
            Split = run.Get(_split) ?? "",
            Columns = { run.Get(_columns) ?? [] },
            Filter = run.Get(_filter) ?? "",
            SampleFraction = run.Get(_sample),
            Seed = run.Get(_seed),
            Limit = run.Get(_limit),
        };
        using var line = new RecordLine([.. request.Columns.Count > 0 ? request.Columns : version.Schema.Columns.Select(column => column.Name)]);
        var output = Terminal.OpenData();
        try
        {
            try
            {
                var flushed = Stopwatch.GetTimestamp();
                await foreach (var record in run.Mesh.ReadRecordsAsync(version, request, run.Cancel))
                {
                    await output.WriteAsync(run.Json ? Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(record) + "\n") : line.Of(record), run.Cancel);
                    if (Stopwatch.GetElapsedTime(flushed) > BetweenFlushes)
                    {
                        await output.FlushAsync(run.Cancel);
                        flushed = Stopwatch.GetTimestamp();
                    }
                }
            }
            finally
            {
                // Whole lines, also before an error.
                await output.FlushAsync(CancellationToken.None);
            }
        }
        catch (IOException e) when (Terminal.IsNobodyReading(e))
        {
            // As in `| head`, which has what it wants.
        }

        return ExitCode.Ok;
    }
}
