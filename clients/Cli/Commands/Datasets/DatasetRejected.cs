using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetRejected : MeshCommand
{
    private readonly VersionArgument _version = new("A version, also one that failed. [default: the newest]");

    public DatasetRejected()
        : base("rejected", "Lists the records that were kept aside, with file, line and reason.", "mesh dataset rejected people/3") => Add(_version);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        if (!run.Json)
        {
            // One after the other: there may be many.
            var any = false;
            await foreach (var rejected in run.Mesh.ListRejectedRecordsAsync(version.Name, run.Cancel))
            {
                run.Terminal.Out.WriteLine($"{Printable.Line(rejected.Source)}: {Printable.Line(rejected.Reason)}{(rejected.Text.Length > 0 ? $": {Printable.Line(Shorten(rejected.Text))}" : "")}");
                any = true;
            }

            if (!any)
            {
                run.Terminal.Out.WriteLine($"{version.Name} has no rejected records.");
            }

            return ExitCode.Ok;
        }

        var all = await run.Mesh.ListRejectedRecordsAsync(version.Name, run.Cancel).ToListAsync(run.Cancel);
        run.Terminal.Json(new ListRejectedRecordsResponse { RejectedRecords = { all } });
        return ExitCode.Ok;
    }

    private static string Shorten(string text) => text.Length > 120 ? text[..120] + "…" : text;
}
