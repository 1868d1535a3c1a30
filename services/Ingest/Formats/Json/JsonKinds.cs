namespace Mesh.Ingest.Formats.Json;

/// <summary>Kinds of values that a column was seen with.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Null = 1,
    Object = 2,
    Boolean = 4,
    Integer = 8,
    Number = 16,

    /// <summary>A string that is a moment in ISO 8601.</summary>
    Moment = 32,
    Text = 64,
    EmptyList = 128,
    TextList = 256,
    IntegerList = 512,
    NumberList = 1024,

    /// <summary>An array of anything else: of objects, of arrays, of different kinds.</summary>
    OtherList = 2048,
}
