using System.Net;
using Mesh.Inference.Onnx;
using Mesh.Inference.Predictions;
using Microsoft.Extensions.Options;

namespace Mesh.Inference;

/// <summary>What no attribute can say: how settings depend on each other and on this build.</summary>
internal sealed class InferenceOptionsCheck(IConfiguration configuration) : IValidateOptions<InferenceOptions>
{
    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        var failures = new List<string>();
        if (options.MaxQueueRows < options.MaxBatchRows)
        {
            failures.Add($"{InferenceOptions.Section}:MaxQueueRows ({options.MaxQueueRows}) must be at least MaxBatchRows ({options.MaxBatchRows}).");
        }

        if (options.MaxQueueRows < PredictionApi.MostInstances)
        {
            failures.Add($"{InferenceOptions.Section}:MaxQueueRows ({options.MaxQueueRows}) must be at least {PredictionApi.MostInstances}, the images of the largest Predict.");
        }

        if (ExecutionProvider.Refuse(options.ExecutionProvider) is { } refusal)
        {
            failures.Add($"{InferenceOptions.Section}:ExecutionProvider: {refusal}");
        }

        var everywhere = IPAddress.TryParse(configuration["MESH_BIND"], out var bind) && (bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any));
        var advertised = configuration["MESH_ADVERTISE"];
        if (everywhere && string.IsNullOrEmpty(advertised))
        {
            failures.Add($"MESH_ADVERTISE: set it to the host name or address at which the gateway reaches this replica; it listens on {bind}.");
        }

        if (!string.IsNullOrEmpty(advertised) && Uri.CheckHostName(advertised) == UriHostNameType.Unknown)
        {
            failures.Add($"MESH_ADVERTISE: \"{advertised}\" is not a host name or address (the port is added by the replica).");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
