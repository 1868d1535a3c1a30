using Grpc.Core;

namespace Mesh.Client.Retrying;

/// <summary>Calls that ride out a restart of the mesh.</summary>
public static class PatientCalls
{
    /// <summary>
    /// Makes a call again while the mesh is away, for up to the client's patience. Only for calls that are harmless when
    /// sent twice: <c>await mesh.PatientlyAsync(m => m.Datasets.GetDatasetAsync(request), cancel)</c>.
    /// </summary>
    public static Task<T> PatientlyAsync<T>(this MeshClient mesh, Func<MeshClient, AsyncUnaryCall<T>> call, CancellationToken cancel = default) =>
        new Patience(mesh.Options.Patience).CallAsync(() => call(mesh), cancel);
}
