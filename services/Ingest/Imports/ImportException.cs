namespace Mesh.Ingest.Imports;

/// <summary>Why an import cannot be done; trying again would not help. The message is for whoever asked for it and names the file.</summary>
/// <param name="reason">UPPER_SNAKE_CASE, stable.</param>
internal sealed class ImportException(string reason, string message) : Exception(message)
{
    public string Reason => reason;
}

/// <summary>The source broke off or did not answer; trying again may help.</summary>
internal sealed class SourceBrokenException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What it sent was wrong: none of it may be kept.</summary>
    public bool IsCorrupt { get; init; }
}
