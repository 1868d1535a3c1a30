using System.Net.Http.Json;

namespace Mesh.AppHost.Tests;

/// <summary>
/// Program.cs itself, in a copy of the repository's layout where the test service stands in for each service and for the command line client.
/// </summary>
public sealed class TopologyTests : IDisposable
{
    private static readonly string[] Services = ["Identity", "Ingest", "Preprocessing", "Trainer", "Registry", "Inference", "Gateway"];

    private readonly TemporaryFolder root = new();

    public TopologyTests()
    {
        File.WriteAllText(root.File("Mesh.sln"), "");
        foreach (var (folder, name) in Services.Select(service => ($"services/{service}", service)).Append(("clients/Cli", "Cli")))
        {
            Directory.CreateDirectory(root.File(folder));
            File.WriteAllText(root.File(folder, $"Mesh.{name}.csproj"), "<Project><PropertyGroup><AssemblyName>MeshTestService</AssemblyName></PropertyGroup></Project>");
            Directory.CreateSymbolicLink(root.File(folder, "bin"), Path.Combine(TestPaths.Folder, "TestService", "bin"));
        }
        var output = Path.GetDirectoryName(TestPaths.AppHost)!;
        var copy = root.File("AppHost", "bin", Path.GetFileName(Path.GetDirectoryName(output)!), "net10.0");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(output))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Program = Path.Combine(copy, Path.GetFileName(TestPaths.AppHost));
    }

    private string Program { get; }

    public void Dispose() => root.Dispose();

    [Fact]
    public async Task The_demo_meets_the_whole_mesh()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var cancellation = TestContext.Current.CancellationToken;
        using var host = HostProcess.At(
            Program, root.Path, ["demo", "--http-port", "0", "--grpc-port", "0", "--json", "demo.json", "--epochs", "1"], ("ConnectionStrings__mesh", "Host=db"),
            // Nothing to do with --state.
            ("STATE", "/dev/null/mesh"));
        await host.PrintsAsync("The mesh keeps running", seconds: 90);
        var report = CommandReport.Read(root, "demo.json");
        var gateway = report.Front;

        Assert.Equal(["demo", "--json", "demo.json", "--epochs", "1"], report.Args);
        Assert.Equal($"http://127.0.0.1:{gateway["MESH_GRPC_PORT"]}", report.Own["MESH_GATEWAY_GRPC"]);
        Assert.Equal($"http://127.0.0.1:{gateway["MESH_HTTP_PORT"]}", report.Own["MESH_GATEWAY_HTTP"]);
        Assert.Contains($"gateway http     http://127.0.0.1:{gateway["MESH_HTTP_PORT"]}", host.Output);

        Assert.Equal(["identity", "inference", "ingest", "preprocessing", "registry", "trainer"], References(gateway));
        Assert.Contains("services__inference__grpc__1", gateway.Keys);
        Assert.Equal(root.File(".mesh"), gateway["MESH_STATE"]);
        Assert.Equal("Production", gateway["ASPNETCORE_ENVIRONMENT"]);
        Assert.Equal("Production", gateway["DOTNET_ENVIRONMENT"]);

        var expected = new Dictionary<string, string[]>
        {
            ["identity"] = ["ingest", "preprocessing", "registry", "trainer"],
            ["ingest"] = ["identity"],
            ["registry"] = ["identity"],
            ["preprocessing"] = ["identity", "ingest", "trainer"],
            ["trainer"] = ["identity", "preprocessing", "registry"],
            ["inference"] = ["registry"],
        };
        foreach (var (service, references) in expected)
        {
            var environment = await client.GetFromJsonAsync<Dictionary<string, string>>($"{gateway[$"services__{service}__http__0"]}/environment", cancellation);
            Assert.Equal(service, environment!["OTEL_SERVICE_NAME"]);
            Assert.Equal(references, References(environment));
            Assert.Equal(service == "inference" ? null : "Host=db", environment.GetValueOrDefault("ConnectionStrings__mesh"));
        }

        host.Signal(Processes.Terminate);
        Assert.Equal(0, await host.ExitAsync());
    }

    [Fact]
    public async Task A_service_that_is_not_built_is_one_clear_line()
    {
        File.Delete(root.File("services", "Trainer", "bin"));
        using var host = HostProcess.At(Program, root.Path, ["--http-port", "0", "--grpc-port", "0"]);

        Assert.Equal(1, await host.ExitAsync());
        Assert.StartsWith($"trainer is not built: {root.File("services", "Trainer", "bin")}", host.Output);
    }

    [Fact]
    public async Task Containers_need_Aspire()
    {
        using var host = HostProcess.At(Program, root.Path, ["--http-port", "0", "--grpc-port", "0"], ("MESH_CONTAINERS", "true"));

        Assert.Equal(1, await host.ExitAsync());
        Assert.Equal("no connection string for 'mesh'; set ConnectionStrings__mesh. (Containers are started by Aspire only.)", host.Output);
    }

    private static string[] References(Dictionary<string, string> environment) =>
        [.. environment.Keys.Where(name => name.StartsWith("services__", StringComparison.Ordinal) && name.EndsWith("__grpc__0", StringComparison.Ordinal))
            .Select(name => name.Split("__")[1]).Order()];
}
