using Mesh.AppHost.Local.Processes;

namespace Mesh.AppHost.Tests;

public sealed class FreePortsTests
{
    [Fact]
    public void Ports_that_somebody_is_about_to_listen_on_are_not_given_out()
    {
        // So many that the kernel would draw some of them again.
        var reserved = FreePorts.Take(500, []);

        var ports = FreePorts.Take(500, reserved);

        Assert.Equal(500, ports.Distinct().Count());
        Assert.Empty(ports.Intersect(reserved));
    }
}
