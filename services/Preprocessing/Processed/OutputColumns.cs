using Mesh.Preprocessing.V1;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Processed;

/// <summary>What every row holds, in the words of the contract.</summary>
internal static class OutputColumns
{
    public static IEnumerable<OutputColumn> Of(FittedPipeline fitted) =>
        fitted.Columns.Select(column => new OutputColumn { Name = column.Name, ElementType = column.ElementType.ToString().ToLowerInvariant(), Shape = { column.Shape } });
}
