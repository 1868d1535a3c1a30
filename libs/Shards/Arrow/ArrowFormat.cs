using System.Text.Json;

namespace Mesh.Shards.Arrow;

/// <summary>
/// The constants of the Arrow IPC file format (https://arrow.apache.org/docs/format/Columnar.html, Schema.fbs, Message.fbs, File.fbs) that shards use.
/// The numbers after a table's name are its slots.
/// </summary>
internal static class ArrowFormat
{
    public const short MetadataV5 = 4;
    public const uint Continuation = 0xFFFFFFFF;

    /// <summary>Buffers, bodies and messages start at multiples of this in the file, so that SIMD code may read them aligned from a map.</summary>
    public const int Alignment = 64;

    /// <summary>Message: version 0, header type 1, header 2, body length 3.</summary>
    public const byte SchemaHeader = 1;

    public const byte RecordBatchHeader = 3;

    /// <summary>Field: name 0, nullable 1, type's type 2, type 3, dictionary 4, children 5, metadata 6.</summary>
    public const byte IntType = 2;

    public const byte FloatType = 3;
    public const byte FixedSizeListType = 16;

    public const string ExtensionName = "ARROW:extension:name";
    public const string ExtensionMetadata = "ARROW:extension:metadata";
    public const string FixedShapeTensor = "arrow.fixed_shape_tensor";

    /// <summary>Schema metadata: which layout of columns and batches this file has. A reader refuses others.</summary>
    public const string FormatVersionKey = "format_version";

    public const string FormatVersion = "1";

    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    public static string TensorMetadata(ShardColumn column) => $"{{\"shape\":{JsonSerializer.Serialize(column.Shape)}}}";

    public static long Align(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
