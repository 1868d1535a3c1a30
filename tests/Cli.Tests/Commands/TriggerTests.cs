using Mesh.Cli.Tests.Support;
using Mesh.Preprocessing.V1;
using Mesh.Trainer.V1;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public sealed class TriggerTests
{
    private const string Name = "projects/default/pipelines/gray28/triggers/new";

    [Fact]
    public async Task A_trigger_is_made_listed_shown_switched_and_deleted()
    {
        await using var server = await MeshServer.StartAsync();
        var made = await RunAsync("create", "gray28/new", "pets", "--tag", "production", "--train", "--alias", "best", "--epochs", "3", "--set", "width=32");
        Assert.Equal($"Created {Name}. What it does: mesh pipeline trigger show gray28/new\n", made.Out);
        var trigger = server.State.Get<Trigger>(Name);
        Assert.Equal(("projects/default/datasets/pets", "production"), (trigger.Dataset, trigger.Tag));
        Assert.Equal(("cnn", "projects/default/models/pets", "best", 3), (trigger.TrainingRun.Architecture, trigger.TrainingRun.Model, trigger.TrainingRun.Alias, trigger.TrainingRun.Settings.Epochs));
        trigger.Firings.Add(new TriggerFiring { DatasetVersion = "projects/default/datasets/pets/versions/7", State = FiringState.HandingOver, PipelineRun = $"{Name}/runs/run-1", Error = "Trainer does not answer." });

        Assert.Equal(
            """
            TRIGGER  DATASET          ON   TRAINS  LAST VERSION     PROBLEM
            new      pets@production  yes  pets    7: handing over  Trainer does not answer.

            """,
            (await RunAsync("list", "gray28")).Out);
        Assert.Equal(
            """
            trigger  projects/default/pipelines/gray28/triggers/new
            dataset  pets@production
            on       no
            trains   cnn, as pets@best
            created  - by users/admin

            VERSION  STATE         FIRED  RUN    TRAINING RUN  PROBLEM
            7        handing over  -      run-1  -             Trainer does not answer.

            """,
            (await RunAsync("disable", "gray28/new")).Out);
        Assert.Contains("\non       yes\n", (await RunAsync("enable", "gray28/new")).Out);
        Assert.Contains("\non       yes\n", (await RunAsync("show", "gray28/new")).Out);
        Assert.Equal($"Deleted {Name}.\n", (await RunAsync("delete", "gray28/new")).Out);
        Assert.StartsWith("projects/default/pipelines/gray28 has no triggers.", (await RunAsync("list", "gray28")).Out);

        async Task<Result> RunAsync(params string[] arguments) => await MeshProcess.RunAsync(server.Address, ["pipeline", "trigger", .. arguments]);
    }

    [Theory]
    [InlineData("show gray28", "'gray28' names a pipeline; write PIPELINE/TRIGGER.")]
    [InlineData("create gray28/new pets --epochs 3", "--epochs says how to train: give --train too.")]
    public async Task What_cannot_be_meant_is_said(string arguments, string said)
    {
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, ["pipeline", "trigger", .. arguments.Split(' ')]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error);
    }
}
