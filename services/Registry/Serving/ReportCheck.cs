using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Registry.Serving;

/// <summary>What a replica may say.</summary>
internal static class ReportCheck
{
    private const int MaxModels = 10_000;
    private const int MaxError = 4096;

    /// <summary>Cuts long error texts off; a replica is not refused for having much to say.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT with all that is wrong.</exception>
    public static ReplicaReport Checked(ReplicaReport? report)
    {
        var violations = new Violations();
        violations.Require(report is not null, "report", "is required.");
        violations.ThrowIfAny();
        violations.Require(report!.ReplicaId.Length is > 0 and <= 128 && report.ReplicaId.All(c => c is > ' ' and <= '~'),
            "report.replica_id", "use 1 to 128 printable ASCII characters without spaces.");
        violations.Require(report.Address.Length <= 512 && Uri.TryCreate(report.Address, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https"),
            "report.address", "must be the http or https address of the replica.");
        violations.Require(report.InFlight >= 0, "report.in_flight", "must not be negative.");
        violations.Require(report.Models.Count <= MaxModels, "report.models", $"at most {MaxModels}.");
        violations.ThrowIfAny();
        var seen = new HashSet<string>();
        for (var i = 0; i < report.Models.Count; i++)
        {
            Check(violations, report.Models[i], $"report.models[{i}]", seen);
        }

        violations.ThrowIfAny();
        return report;
    }

    private static void Check(Violations violations, ServedModel model, string field, HashSet<string> seen)
    {
        violations.Require(RegistryNames.Deployment.TryParse(model.Deployment, out _), $"{field}.deployment", "is not the name of a deployment.");
        violations.Require(seen.Add(model.Deployment), $"{field}.deployment", "is there twice.");
        violations.Require(model.ModelVersion.Length == 0 || RegistryNames.Version.TryParse(model.ModelVersion, out _),
            $"{field}.model_version", "is not the name of a version.");
        violations.Require(Enum.IsDefined(model.State), $"{field}.state", "is not a state.");
        if (model.Error.Length > MaxError)
        {
            model.Error = model.Error[..MaxError];
        }
    }
}
