using Mesh.Cli.Commands.Datasets;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public sealed class DatasetTextTests
{
    [Theory]
    [InlineData(JobState.Succeeded, "id string, charges double (some missing)")]
    // What was asked for says nothing of the records.
    [InlineData(JobState.Running, "id string, charges double")]
    public void Columns_that_lack_values_say_so_once_they_were_read(JobState state, string expected)
    {
        var output = new StringWriter();
        DatasetText.Write(output, new DatasetVersion
        {
            Name = "projects/default/datasets/churn/versions/1",
            Status = new JobStatus { State = state },
            Schema = new Schema { Columns = { new Column { Name = "id", Type = ColumnType.String }, new Column { Name = "charges", Type = ColumnType.Double, Nullable = true } } },
        });
        Assert.Contains(output.ToString().Split('\n'), line => line.StartsWith("columns", StringComparison.Ordinal) && line.TrimEnd().EndsWith($"  {expected}", StringComparison.Ordinal));
    }
}
