using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

internal sealed class DatasetTag : MeshCommand
{
    private readonly VersionArgument _version = new("A version. [default: the newest]");
    private readonly Argument<string[]> _tags = new("TAGS") { Description = "Names for the version; one that another version has moves here.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _remove = new("--remove") { Description = "Tags to take away.", HelpName = "TAG", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _notes = new("--notes") { Description = "Replaces the notes of the version.", HelpName = "TEXT" };

    public DatasetTag()
        : base("tag", "Names a version, so that it is found as DATASET/TAG, or writes notes about it.",
            "mesh dataset tag people/3 production", "mesh dataset tag people/3 --remove production --notes \"Superseded.\"")
    {
        Add(_version);
        Add(_tags);
        Add(_remove);
        Add(_notes);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var version = await _version.GetAsync(run);
        var request = new UpdateDatasetVersionRequest { Name = version.Name, AddTags = { run.Get(_tags) ?? [] }, RemoveTags = { run.Get(_remove) ?? [] } };
        if (run.Get(_notes) is { } notes)
        {
            request.Notes = notes;
        }

        var updated = await run.Mesh.Datasets.UpdateDatasetVersionAsync(request, cancellationToken: run.Cancel);
        run.Show(updated, output => output.WriteLine($"{updated.Name}: {(updated.Tags.Count > 0 ? string.Join(", ", updated.Tags) : "no tags")}"));
        return ExitCode.Ok;
    }
}
