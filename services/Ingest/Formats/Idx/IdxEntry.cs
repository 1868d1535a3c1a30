namespace Mesh.Ingest.Formats.Idx;

/// <summary>An IDX file: an upload, or an entry of one.</summary>
/// <param name="Upload">Index of the upload.</param>
/// <param name="Name">Within the upload.</param>
/// <param name="Source">With the upload, for messages.</param>
internal sealed record IdxEntry(int Upload, string Name, string Source);
