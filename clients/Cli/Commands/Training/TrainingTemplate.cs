using System.CommandLine;
using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

/// <summary>The options that become a <see cref="TrainingRun"/>, whatever it trains on.</summary>
internal sealed class TrainingTemplate
{
    private readonly Option<string> _architecture = new("--architecture", "-a")
    {
        Description = "As `mesh train architectures` lists them.",
        HelpName = "ID",
        DefaultValueFactory = _ => "cnn",
    };

    private readonly Option<string[]> _set = new("--set") { Description = "A hyperparameter of the architecture; repeat it.", HelpName = "NAME=VALUE" };
    private readonly Option<string> _model = new("--model") { Description = "The model to register the result under. [default: the dataset's id]", HelpName = "ID" };
    private readonly Option<string> _alias = new("--alias") { Description = "An alias to set on the new version, for example production.", HelpName = "NAME" };
    private readonly TrainingOptions _settings = new();

    public IEnumerable<Option> All => [_architecture, _set, _model, _alias, .. _settings.All];

    /// <param name="dataset">Id of the dataset that it comes from, and the model's unless one is named.</param>
    public TrainingRun Read(CommandRun run, string dataset) => new()
    {
        Architecture = run.Get(_architecture),
        Hyperparameters = TransformArgument.Settings(run.Get(_set) ?? [], "--set"),
        Settings = _settings.Read(run),
        Model = Names.Of(run, "models", run.Get(_model) ?? dataset),
        Alias = run.Get(_alias) ?? "",
    };
}
