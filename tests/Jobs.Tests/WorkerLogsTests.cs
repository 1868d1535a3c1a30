using Mesh.Jobs.Launching;
using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>Where the logs of workers lie.</summary>
public class WorkerLogsTests
{
    /// <summary>Of a file name, in bytes, on Linux.</summary>
    private const int LongestFileName = 255;

    private readonly WorkerLogs _logs = new(new ServiceIdentity("counting", "/state", "/blobs"), NullLogger<WorkerLogs>.Instance);

    [Fact]
    public void The_longest_names_fit_and_a_part_lies_below_its_group()
    {
        var id = new string('x', 63);
        var group = $"projects/{id}/pipelines/{id}/runs/{id}";
        var part = _logs.PathOf(JobRow.PartName(group, id));
        Assert.All(part.Split('/').Concat(_logs.PathOf(group).Split('/')), name => Assert.InRange(name.Length, 0, LongestFileName));
        Assert.Equal(Path.Combine(Path.ChangeExtension(_logs.PathOf(group), null), $"parts.{id}.log"), part);
    }
}
