using Mesh.Preprocessing.V1;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Processed;

/// <summary>What every row holds, in the words of the contract.</summary>
internal static class OutputColumns
{
    /// <summary>Of a column that has more, people look into the fitted pipeline: a page of datasets is one message.</summary>
    private const int MostClassNames = 1000;

    public static IEnumerable<OutputColumn> Of(FittedPipeline fitted) => fitted.Outputs.Select(output => new OutputColumn
    {
        Name = output.Column.Name,
        ElementType = output.Column.ElementType.ToString().ToLowerInvariant(),
        Shape = { output.Column.Shape },
        ClassNames = { output.ClassNames.Take(MostClassNames) },
        ClassCount = output.ClassNames.Count,
    });
}
