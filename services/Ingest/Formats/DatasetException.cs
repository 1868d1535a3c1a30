namespace Mesh.Ingest.Formats;

/// <summary>The files cannot become a version: what the user reads in the version's error. The message names the file.</summary>
/// <param name="reason">UPPER_SNAKE_CASE, stable.</param>
internal sealed class DatasetException(string reason, string message) : Exception(message)
{
    public string Reason => reason;
}
