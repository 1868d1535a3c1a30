using Mesh.Transforms.Graph;

namespace Mesh.Transforms.Augmenting;

/// <summary>The shape of a stored image: uint8 [frames, channels, height, width], the first being 1 for a still image.</summary>
internal readonly record struct PlaneShape(int Frames, int Channels, int Height, int Width)
{
    /// <summary>Bytes of one channel of one frame.</summary>
    public int Plane => Height * Width;

    /// <summary>Bytes of all channels of one frame.</summary>
    public int Frame => Channels * Plane;

    public static PlaneShape Of(ColumnType image) => new(image.Frames ?? 1, image.Shape![0], image.Shape[1], image.Shape[2]);
}
