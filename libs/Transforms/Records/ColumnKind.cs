namespace Mesh.Transforms.Records;

/// <summary>What a column of the data, or one on its way through a pipeline, holds.</summary>
public enum ColumnKind
{
    /// <summary>Not known yet; as the kind of a value: missing.</summary>
    Unknown,

    /// <summary>Raw pixels or an image file, not decoded.</summary>
    Image,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A signed integer of 64 bits.</summary>
    Integer,

    /// <summary>A float64.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A moment in UTC, in steps of 100 ns.</summary>
    Timestamp,

    /// <summary>Bytes that mean nothing to a pipeline.</summary>
    Bytes,

    /// <summary>Strings.</summary>
    TextList,

    /// <summary>Integers of 64 bits.</summary>
    IntegerList,

    /// <summary>float64s.</summary>
    NumberList,

    /// <summary>Labelled rectangles on an image.</summary>
    Boxes,

    /// <summary>Images, such as the frames of a film.</summary>
    ImageList,

    /// <summary>A decoded image, uint8 [height, width, channels]; never in the data, and uint8 [channels, height, width] in a result.</summary>
    Pixels,

    /// <summary>Numbers of one type in a fixed shape, as a shard stores them; never in the data.</summary>
    Tensor,
}
