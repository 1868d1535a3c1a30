namespace Mesh.Shards.Arrow;

/// <summary>Where a message lies in the file: its offset, the length of its metadata with prefix and padding, and of its body.</summary>
internal readonly record struct ArrowBlock(long Offset, int MetadataLength, long BodyLength)
{
    /// <summary>Encoded: int64, int32 padded to 8, int64.</summary>
    public const int Size = 24;

    public long BodyOffset => Offset + MetadataLength;
}
