using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Tests;

public sealed class HealthProbeTests
{
    [Fact]
    public void Steps_start_short_and_grow_to_five_seconds()
    {
        var step = HealthProbe.First;
        Assert.InRange(step.TotalMilliseconds, 50, 250);
        for (var i = 0; i < 40; i++)
        {
            var next = HealthProbe.Next(step);
            Assert.True(next > step || next == TimeSpan.FromSeconds(5));
            step = next;
        }
        Assert.Equal(TimeSpan.FromSeconds(5), step);
    }
}
