using Google.Api;
using Google.Protobuf.Reflection;
using Mesh.Options;
using Mesh.ServiceDefaults.Callers;
using Xunit;

namespace Mesh.Protos.Tests;

/// <summary>What every RPC owes the rest of the system.</summary>
public sealed class ContractTests
{
    public static TheoryData<string> Methods() =>
        [.. PermissionTable.Services().SelectMany(s => s.Methods).Select(m => m.FullName).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_service_of_the_platform_is_here()
    {
        string[] expected =
        [
            "inference.GRPCInferenceService", "mesh.common.v1.TenancyService", "mesh.identity.v1.ProjectService", "mesh.inference.v1.PredictionService",
            "mesh.ingest.v1.DatasetService", "mesh.ingest.v1.ImportService", "mesh.jobs.v1.WorkerService", "mesh.preprocessing.v1.PipelineService",
            "mesh.preprocessing.v1.TriggerService", "mesh.registry.v1.DeploymentService", "mesh.registry.v1.DirectoryService", "mesh.registry.v1.ModelService",
            "mesh.trainer.v1.TrainingService",
        ];
        Assert.Equal(expected, PermissionTable.Services().Select(s => s.FullName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_rpc_has_a_permission(string method) =>
        Assert.Matches("^[a-z][A-Za-z]*\\.[a-z]+$", Find(method).GetOptions().GetExtension(OptionsExtensions.Permission));

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_request_says_where_it_belongs(string method)
    {
        var rpc = Find(method);
        if (rpc.File.Package == "inference")
        {
            // The Open Inference Protocol has model_name, and the project in the metadata.
            return;
        }

        var field = rpc.InputType.FindFieldByName("name") ?? rpc.InputType.FindFieldByName("parent");
        Assert.NotNull(field);
        Assert.Equal(FieldType.String, field.FieldType);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_create_can_be_retried(string method)
    {
        var rpc = Find(method);
        if (rpc.Name.StartsWith("Create", StringComparison.Ordinal))
        {
            Assert.NotNull(rpc.InputType.FindFieldByName("request_id"));
        }
    }

    [Fact]
    public void No_two_rpcs_share_a_path()
    {
        var rules = PermissionTable.Services().SelectMany(s => s.Methods).Select(m => m.GetOptions()?.GetExtension(AnnotationsExtensions.Http)).OfType<HttpRule>()
            .Select(r => $"{r.PatternCase} {r.Get}{r.Post}{r.Delete}".Replace("{name=", "").Replace("{parent=", "").Replace("}", ""))
            .ToList();
        Assert.Equal(rules.Distinct(), rules);
    }

    private static MethodDescriptor Find(string method) =>
        PermissionTable.Services().SelectMany(s => s.Methods).Single(m => m.FullName == method);
}
