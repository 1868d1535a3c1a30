using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>One column of the version and the leaf of the file's schema that holds it.</summary>
/// <param name="Levels">How the leaf's levels are to be read.</param>
internal sealed record ParquetColumn(string Name, int Leaf, ColumnType Type, ParquetLevels Levels);

/// <param name="Defined">Definition level of a value that is there.</param>
/// <param name="ListDefined">Of a list: definition level of an element, there or not; one less is an empty list. Else −1.</param>
internal readonly record struct ParquetLevels(int Defined, int ListDefined)
{
    public bool IsList => ListDefined >= 0;
}
