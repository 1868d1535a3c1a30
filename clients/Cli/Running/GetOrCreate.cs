using Grpc.Core;
using Mesh.Client;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;

namespace Mesh.Cli.Running;

/// <summary>Resources that a command needs and makes when they are missing.</summary>
internal static class GetOrCreate
{
    /// <returns>The resource, and whether this call created it.</returns>
    public static async Task<(T Resource, bool Created)> GetOrCreateAsync<T>(
        this CommandRun run, Func<MeshClient, AsyncUnaryCall<T>> get, Func<MeshClient, AsyncUnaryCall<T>> create)
    {
        try
        {
            return (await run.Mesh.PatientlyAsync(get, run.Cancel), false);
        }
        catch (MeshApiException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // Made below.
        }

        try
        {
            return (await run.Mesh.PatientlyAsync(create, run.Cancel), true);
        }
        catch (MeshApiException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return (await run.Mesh.PatientlyAsync(get, run.Cancel), false);
        }
    }
}
