namespace Mesh.Transforms;

/// <summary>A transform refused a record, or could not be fitted. The message names both and is fit to be shown to the data's owner.</summary>
public sealed class TransformException(string transform, string? record, string reason, Exception? inner = null)
    : Exception(record is null ? $"{transform}: {reason}" : $"{transform}: record '{record}': {reason}", inner)
{
    /// <summary>Type of the transform, such as <c>decode-image</c>.</summary>
    public string Transform { get; } = transform;

    /// <summary>Name of the record; null when the failure is about the whole data set.</summary>
    public string? Record { get; } = record;

    /// <summary>What was wrong, without the names.</summary>
    public string Reason { get; } = reason;
}
