using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Mesh.Gateway.Tests.Hosting;
using Xunit;
using V1 = Grpc.Reflection.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Mesh.Gateway.Tests;

/// <summary>What grpcurl and other tools ask for.</summary>
public class ReflectionTests
{
    private static readonly string[] Public =
    [
        "grpc.health.v1.Health", "inference.GRPCInferenceService", "mesh.identity.v1.ProjectService", "mesh.inference.v1.PredictionService",
        "mesh.ingest.v1.DatasetService", "mesh.ingest.v1.ImportService", "mesh.preprocessing.v1.PipelineService", "mesh.preprocessing.v1.TriggerService",
        "mesh.registry.v1.DeploymentService", "mesh.registry.v1.ModelService", "mesh.trainer.v1.TrainingService",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Version_1_lists_the_public_services_and_gives_all_their_files()
    {
        await using var rig = await GatewayRig.StartAsync();
        using var call = new V1.ServerReflection.ServerReflectionClient(rig.Channel).ServerReflectionInfo(cancellationToken: Cancel);
        var list = (await AskAsync(new V1.ServerReflectionRequest { ListServices = "" })).ListServicesResponse;
        Assert.Equal(Public, list.Service.Select(s => s.Name).Order(StringComparer.Ordinal));
        foreach (var service in Public)
        {
            var files = new Dictionary<string, FileDescriptorProto>();
            Take((await AskAsync(new V1.ServerReflectionRequest { FileContainingSymbol = service })).FileDescriptorResponse.FileDescriptorProto);
            while (files.Values.SelectMany(f => f.Dependency).FirstOrDefault(d => !files.ContainsKey(d)) is { } missing)
            {
                Take((await AskAsync(new V1.ServerReflectionRequest { FileByFilename = missing })).FileDescriptorResponse.FileDescriptorProto);
            }

            Assert.Contains(files.Values, f => f.Service.Any(s => $"{f.Package}.{s.Name}" == service));

            void Take(IEnumerable<ByteString> found)
            {
                foreach (var file in found.Select(FileDescriptorProto.Parser.ParseFrom))
                {
                    files[file.Name] = file;
                }
            }
        }

        async Task<V1.ServerReflectionResponse> AskAsync(V1.ServerReflectionRequest request)
        {
            await call.RequestStream.WriteAsync(request, Cancel);
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            Assert.Null(call.ResponseStream.Current.ErrorResponse);
            return call.ResponseStream.Current;
        }
    }

    [Fact]
    public async Task Version_1_alpha_lists_the_same()
    {
        await using var rig = await GatewayRig.StartAsync();
        using var call = new V1Alpha.ServerReflection.ServerReflectionClient(rig.Channel).ServerReflectionInfo(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new V1Alpha.ServerReflectionRequest { ListServices = "" }, Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(Public, call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Health_answers_as_gRPC_and_as_HTTP()
    {
        await using var rig = await GatewayRig.StartAsync();
        var health = await new Health.HealthClient(rig.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.Equal("Healthy", await rig.Rest.GetStringAsync("/health", Cancel));
        Assert.Equal("Healthy", await rig.Http2.GetStringAsync("/alive", Cancel));
    }
}
