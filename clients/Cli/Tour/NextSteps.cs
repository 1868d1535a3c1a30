using System.Text.Json;
using Mesh.Cli.Running;

namespace Mesh.Cli.Tour;

/// <summary>Three commands that work as printed, with the files they need.</summary>
internal static class NextSteps
{
    private const string DefaultHttp = "http://127.0.0.1:8000";
    private const int Samples = 3;

    public static async Task WriteAsync(TourRun tour)
    {
        var (run, output, gateway) = (tour.Command, tour.Command.Terminal.Out, tour.Command.Mesh.Options.Address);
        var folder = Folder();
        var images = new List<string>();
        for (var i = 0; i < Math.Min(Samples, tour.Data.TestCount); i++)
        {
            images.Add(Path.Combine(folder, $"test-{i}.png"));
            await File.WriteAllBytesAsync(images[i], tour.Data.TestPng(i), run.Cancel);
        }

        var instances = new[] { new { image = Convert.ToBase64String(tour.Data.TestPng(0)) } };
        var (http, grpc) = (Path.Combine(folder, "request.json"), Path.Combine(folder, "request-grpc.json"));
        await File.WriteAllTextAsync(http, JsonSerializer.Serialize(new { instances, topK = 3 }), run.Cancel);
        await File.WriteAllTextAsync(grpc, JsonSerializer.Serialize(new { name = tour.Name("deployments"), instances, topK = 3 }), run.Cancel);

        var httpGateway = Environment.GetEnvironmentVariable("MESH_GATEWAY_HTTP") is { Length: > 0 } given ? given.TrimEnd('/') : DefaultHttp;
        var where = GlobalOptions.IsDefault(gateway) ? "" : $" --gateway {gateway.ToString().TrimEnd('/')}";
        var project = run.ProjectId == "default" ? "" : $" --project {run.ProjectId}";
        output.WriteLine($"""

            The gateway: gRPC {gateway.ToString().TrimEnd('/')}, HTTP {httpGateway}
            Try next, in another terminal:
              dotnet run -c Release --no-build --project clients/Cli -- predict {TourRun.Id} {string.Join(' ', images.Select(Quoted))}{where}{project}
              curl -H 'Content-Type: application/json' -d {Quoted('@' + http)} {httpGateway}/v1/{tour.Name("deployments")}:predict
              grpcurl -plaintext -d @ {gateway.Authority} mesh.inference.v1.PredictionService/Predict < {Quoted(grpc)}
            """);
    }

    /// <summary>For a shell; as it is where that will do.</summary>
    private static string Quoted(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '@') ? path : $"'{path.Replace("'", @"'\''")}'";

    private static string Folder()
    {
        var state = Environment.GetEnvironmentVariable("MESH_STATE");
        return string.IsNullOrEmpty(state)
            ? Directory.CreateTempSubdirectory("mesh-samples-").FullName
            : Directory.CreateDirectory(Path.Combine(Path.GetFullPath(state), "samples")).FullName;
    }
}
