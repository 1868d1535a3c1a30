using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Mesh.Client;
using Mesh.Client.Reading;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Records;

/// <summary>`mesh dataset records`, and the reading of the client that it is made of, against the real services; all of it processes.</summary>
public sealed class RecordsCommandTests
{
    private const int Rows = 30_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_are_chosen_and_come_one_a_line()
    {
        await using var mesh = await MeshPair.StartAsync();
        await CommitAsync(mesh, "people", "people.jsonl", """
            {"id":1,"name":"Ann\n\"A\"","height":1.5,"tall":false,"born":"1990-01-02T03:04:05Z","likes":["x","y"],"split":"train"}
            {"id":2,"name":"猫","height":null,"tall":true,"born":"1991-01-01T00:00:00Z","likes":[],"split":"test"}
            {"id":3,"name":"Cy","height":2,"tall":true,"born":"1992-01-01T00:00:00Z","likes":["z"],"split":"train"}
            """);

        // In the order of the splits' names: test, train.
        Assert.Equal(
            [
                """{"id":2,"name":"猫","height":null,"tall":true,"born":"1991-01-01T00:00:00Z","likes":[],"split":"test"}""",
                """{"id":1,"name":"Ann\n\"A\"","height":1.5,"tall":false,"born":"1990-01-02T03:04:05Z","likes":["x","y"],"split":"train"}""",
                """{"id":3,"name":"Cy","height":2,"tall":true,"born":"1992-01-01T00:00:00Z","likes":["z"],"split":"train"}""",
            ],
            await LinesAsync(mesh, "people"));
        Assert.Equal(["""{"name":"Cy","id":3}"""], await LinesAsync(mesh, "people/1", "--columns", "name", "id", "--filter", "tall = true AND height > 1"));
        Assert.Equal(["""{"id":2}""", """{"id":1}"""], await LinesAsync(mesh, "people", "--columns", "id", "--limit", "2"));
        Assert.Equal(["""{"id":1}"""], await LinesAsync(mesh, "people", "--columns", "id", "--split", "train", "-n", "1"));
        Assert.Empty(await LinesAsync(mesh, "people", "--filter", "id > 9"));
        var whole = JsonDocument.Parse(Assert.Single(await LinesAsync(mesh, "people", "--split", "train", "--filter", "id = 3", "-o", "json"))).RootElement;
        Assert.Equal(("1", "people.jsonl#3"), (whole.GetProperty("index").GetString(), whole.GetProperty("source").GetString()));

        // Two commands share the place in the file.
        var file = mesh.Folder.File("out");
        var shell = new ProcessStartInfo("sh") { Environment = { ["MESH_GATEWAY_GRPC"] = mesh.Gateway.Grpc.ToString() } };
        shell.ArgumentList.Add("-c");
        shell.ArgumentList.Add($"(for split in train test; do dotnet exec '{Path.Combine(AppContext.BaseDirectory, "mesh.dll")}' dataset records people --columns id --split $split; done) > '{file}'");
        using (var both = Process.Start(shell)!)
        {
            await both.WaitForExitAsync(Cancel);
        }

        Assert.Equal(["""{"id":1}""", """{"id":3}""", """{"id":2}"""], await File.ReadAllLinesAsync(file, Cancel));

        using var wrong = MeshCommand.Start(mesh.Gateway, "dataset", "records", "people", "--filter", "age > 3", "--sample", "2");
        var error = await wrong.StandardError.ReadToEndAsync(Cancel);
        await wrong.WaitForExitAsync(Cancel);
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("sample_fraction", error);
    }

    [Fact]
    public async Task A_reading_goes_on_when_the_service_dies_and_ends_when_nobody_listens()
    {
        await using var mesh = await MeshPair.StartAsync();
        var text = new StringBuilder("n,split,text\n");
        for (var row = 0; row < Rows; row++)
        {
            text.Append(row).Append(row % 2 == 0 ? ",train," : ",test,").Append('x', 400).Append('\n');
        }

        var version = await CommitAsync(mesh, "rows", "rows.csv", text.ToString());
        using var client = new MeshClient(new MeshClientOptions { Address = mesh.Gateway.Grpc, Patience = TimeSpan.FromSeconds(60) });
        int[] expected = [.. Enumerable.Range(0, Rows / 2).Select(i => (i * 2) + 1), .. Enumerable.Range(0, Rows / 2).Select(i => i * 2)];
        var numbers = new List<int>();
        await foreach (var record in client.ReadRecordsAsync(version, new ReadRecordsRequest { Columns = { "n", "text" }, Limit = Rows - 1 }, Cancel))
        {
            numbers.Add((int)record.Values[0].Int64Value);
            // In the second split; more is to come than the connections hold.
            if (numbers.Count == (Rows / 2) + 10)
            {
                await mesh.RestartIngestAsync();
            }
        }

        Assert.Equal(expected[..^1], numbers);

        using var command = MeshCommand.Start(mesh.Gateway, "dataset", "records", "rows");
        var errors = command.StandardError.ReadToEndAsync(Cancel);
        Assert.StartsWith("""{"n":1,"split":"test","text":"xxx""", await command.StandardOutput.ReadLineAsync(Cancel));
        command.StandardOutput.Close();
        await command.WaitForExitAsync(Cancel);
        Assert.Equal((0, ""), (command.ExitCode, await errors));
    }

    private static async Task<DatasetVersion> CommitAsync(MeshPair mesh, string dataset, string file, string text)
    {
        await File.WriteAllTextAsync(mesh.Folder.File(file), text, Cancel);
        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", dataset, mesh.Folder.File(file), "--split-column", "split");
        return await mesh.Ingest.Datasets.GetVersionAsync($"{Project}/datasets/{dataset}/versions/1");
    }

    private static async Task<string[]> LinesAsync(MeshPair mesh, params string[] arguments) =>
        (await MeshCommand.RunAsync(mesh.Gateway, ["dataset", "records", .. arguments])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
