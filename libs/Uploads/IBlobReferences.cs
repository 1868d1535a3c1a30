using Mesh.ServiceDefaults.Storage;

namespace Mesh.Uploads;

/// <summary>What a service makes of uploads keeps their blobs alive: Ingest's dataset versions, Registry's model versions.</summary>
public interface IBlobReferences<in TDb>
    where TDb : MeshDb
{
    /// <summary>Whether anything besides an upload refers to the blob.</summary>
    Task<bool> IsReferencedAsync(TDb db, string project, string sha256, CancellationToken cancel);

    /// <summary>Whether one of the blobs that it refers to in this project has exactly this size.</summary>
    Task<bool> HasSizeAsync(TDb db, string project, long bytes, CancellationToken cancel);
}
