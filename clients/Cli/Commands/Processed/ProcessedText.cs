using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Output;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Processed;

/// <summary>Processed datasets, in words.</summary>
internal static class ProcessedText
{
    /// <summary>What is in it.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(ProcessedDataset made) =>
    [
        ("rows", Rows(made)),
        ("columns", string.Join(", ", made.OutputColumns.Select(column => $"{column.Name} {Type(column)}"))),
        ("equal records", made.DuplicateRecords > 0 ? $"{Amount.Count(made.DuplicateRecords)}, {SplitText.Duplicates(made.Split)}" : ""),
    ];

    /// <summary>"train 10,000, test 2,000"</summary>
    public static string Rows(ProcessedDataset made) => string.Join(", ", made.Splits.Select(split => $"{split.Name} {Amount.Count(split.RowCount)}"));

    /// <summary>The class names of columns other than "label", whose names are a dataset's labels.</summary>
    public static IEnumerable<(string Name, string Value)> Classes(IEnumerable<OutputColumn> columns) => columns
        .Where(column => column.ClassCount > 0 && column.Name != "label")
        .Select(column => ($"classes of {column.Name}", string.Join(", ", column.ClassNames) + (column.ClassCount > column.ClassNames.Count ? $" and {Amount.Count(column.ClassCount - column.ClassNames.Count)} more" : "")));

    /// <summary>"uint8 [1, 28, 28]", or "int64" for a single number.</summary>
    public static string Type(OutputColumn column) => $"{column.ElementType}{(column.Shape.Count == 0 ? "" : $" [{string.Join(", ", column.Shape)}]")}";
}
