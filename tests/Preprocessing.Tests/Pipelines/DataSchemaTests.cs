using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Preprocessing.Tests.Pipelines;

public sealed class DataSchemaTests
{
    /// <summary>The next version may lack values where this one lacks none, and the other way round.</summary>
    [Fact]
    public void Whether_values_are_missing_is_no_matter_of_the_columns()
    {
        var (whole, holes) = (Version(nullable: false), Version(nullable: true));
        Assert.Equal(DataSchema.Of(whole).Columns.Select(c => (c.Name, c.Kind)), DataSchema.Of(holes).Columns.Select(c => (c.Name, c.Kind)));
        var pipeline = new V1.Pipeline { Transforms = { new Transform { Type = "number", Inputs = { "charges" } } } };
        Assert.Empty(PipelineFit.Problems(pipeline, whole));
        Assert.Empty(PipelineFit.Problems(pipeline, holes));
    }

    private static DatasetVersion Version(bool nullable) => new()
    {
        Schema = new Schema { Columns = { new Column { Name = "id", Type = ColumnType.String }, new Column { Name = "charges", Type = ColumnType.Double, Nullable = nullable } } },
    };
}
