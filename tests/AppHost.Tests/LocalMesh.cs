using System.Text;
using Mesh.AppHost.Local;
using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Tests;

/// <summary>A mesh that runs in the test's process, its services as children.</summary>
internal sealed class LocalMesh : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Lines output = new();
    private Task<int>? run;

    public LocalMesh(params string[] args) =>
        Builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--state", State.Path, .. args],
            ProjectDirectory = TestPaths.Folder,
        });

    public TemporaryFolder State { get; } = new();

    public IDistributedApplicationBuilder Builder { get; }

    public string Output => output.ToString();

    /// <summary>For tests in which an operator's times would be minutes.</summary>
    public RunPace Pace
    {
        init => ((DistributedApplicationBuilder)Builder).Pace = value;
    }

    public IResourceBuilder<ProjectResource> Add(string name) =>
        Builder.AddProject(name, TestPaths.Service)
            .WithHttpEndpoint(name: "grpc", env: "MESH_GRPC_PORT")
            .WithHttpEndpoint(name: "http", env: "MESH_HTTP_PORT")
            .WithHttpHealthCheck("/health", endpointName: "http")
            .WithEnvironment("MESH_STATE", State.Path);

    public void Start() => run = Builder.Build().RunToExitCodeAsync(output, output, stop.Token);

    public Task PrintsAsync(string text, int seconds = 60) =>
        Eventually.BecomesTrueAsync(() => Output.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(seconds), $"'{text}' in: {Output}");

    /// <summary>The address of a replica as the app host announced it.</summary>
    public Uri Address(string resource, int index = 0)
    {
        var lines = Output.Split('\n').Where(line => line.StartsWith($"{resource}-", StringComparison.Ordinal) && line.Contains("healthy after", StringComparison.Ordinal));
        var line = lines.ElementAt(index);
        return new Uri(line[(line.LastIndexOf("http ", StringComparison.Ordinal) + 5)..].Trim());
    }

    public Task<int> ExitAsync() => run!.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public async Task<int> StopAsync()
    {
        await stop.CancelAsync();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (run is not null)
            await run;
        stop.Dispose();
        State.Dispose();
    }

    /// <summary>May be read while it is written.</summary>
    private sealed class Lines : TextWriter
    {
        private readonly Lock gate = new();
        private readonly StringBuilder text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (gate)
                text.Append(value);
        }

        public override void WriteLine(string? value)
        {
            lock (gate)
                text.Append(value).Append('\n');
        }

        public override string ToString()
        {
            lock (gate)
                return text.ToString();
        }
    }
}
