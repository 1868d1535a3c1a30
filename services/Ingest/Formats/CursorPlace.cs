namespace Mesh.Ingest.Formats;

/// <summary>Where in a file a cursor can begin, to come to a candidate without reading those before it.</summary>
/// <param name="Entry">Of an archive, where the entry begins: in a tar the offset of its header, in a zip its place in the order of names; else 0.</param>
/// <param name="Head">Bytes at the beginning of the content that are read again: a byte order mark, the names of columns, a schema.</param>
/// <param name="Offset">Where the content goes on behind its head; 0 for its first candidate.</param>
/// <param name="Before">Lines or rows of the content before the candidate.</param>
/// <param name="Position">Bytes of the file before the candidate, about. Grows from candidate to candidate.</param>
internal readonly record struct CursorPlace(long Entry, long Head, long Offset, long Before, long Position);
