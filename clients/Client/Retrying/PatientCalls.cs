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

    /// <summary>
    /// Reads a whole list, from its start again where the mesh was away in between:
    /// <c>await mesh.PatientlyAsync(m => m.ListDatasetsAsync(parent, cancel), cancel)</c>.
    /// </summary>
    public static async Task<List<T>> PatientlyAsync<T>(this MeshClient mesh, Func<MeshClient, IAsyncEnumerable<T>> list, CancellationToken cancel = default)
    {
        var tries = new Patience(mesh.Options.Patience);
        while (true)
        {
            try
            {
                return await list(mesh).ToListAsync(cancel).ConfigureAwait(false);
            }
            catch (RpcException e) when (tries.Has(e, cancel))
            {
                await tries.WaitAsync(e, cancel).ConfigureAwait(false);
            }
        }
    }
}
