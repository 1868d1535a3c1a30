using System.Text.Json.Nodes;
using Mesh.Cli.Commands.Pipelines;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public class SplitFieldsTests
{
    [Fact]
    public void Borders_in_time_are_written_as_times_or_as_numbers()
    {
        var pipeline = new Pipeline();
        Assert.Empty(PipelineFields.Read(new JsonObject { ["split"] = new JsonObject { ["strategy"] = "time", ["column"] = "year", ["validation_from"] = 2014, ["test_from"] = "2015-06-01" } }, pipeline));
        Assert.Equal(new SplitSpec { Strategy = SplitStrategy.Time, Column = "year", ValidationFrom = "2014", TestFrom = "2015-06-01" }, pipeline.Split);
        Assert.Equal("time of year, validation from 2014, test from 2015-06-01", SplitText.Of(pipeline.Split));
    }
}
