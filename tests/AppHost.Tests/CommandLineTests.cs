using Mesh.AppHost.Local;

namespace Mesh.AppHost.Tests;

public sealed class CommandLineTests
{
    private static readonly Local.ApplicationModel.Resource[] Commands = Described();

    [Theory]
    [InlineData("--bogus", "unknown option '--bogus'.")]
    [InlineData("--state", "--state needs a value.")]
    [InlineData("--http-port x", "--http-port needs a port from 0 to 65535, not 'x'.")]
    [InlineData("--grpc-port=65536", "--grpc-port needs a port from 0 to 65535, not '65536'.")]
    [InlineData("--state --exit", "--state needs a value.")]
    [InlineData("--exit", "--exit goes with a command such as demo.")]
    [InlineData("dem", "unknown command 'dem'.")]
    [InlineData("service", "unknown command 'service'.")]
    public void Says_what_is_wrong(string line, string error) =>
        Assert.Equal(error, CommandLine.Parse(line.Split(' ')).ErrorFor(Commands));

    [Fact]
    public void A_command_gets_what_the_app_host_does_not_know()
    {
        var line = CommandLine.Parse(["demo", "--json", "out.json", "--state", "/s", "--epochs", "2", "--exit", "--http-port=0", "extra"]);

        Assert.Null(line.ErrorFor(Commands));
        Assert.Equal("demo", line.Command);
        Assert.Equal(["--json", "out.json", "--epochs", "2", "extra"], line.Forwarded);
        Assert.True(line.Exit);
        Assert.Equal("/s", line.Settings["state"]);
        Assert.Equal("0", line.Settings["http-port"]);
    }

    [Fact]
    public void A_wrong_value_does_not_reach_the_settings() =>
        Assert.All(CommandLine.Parse(["--http-port", "80", "--grpc-port", "x"]).Settings.Values, Assert.Null);

    [Theory]
    [InlineData("--http-port 0 --grpc-port 0")]
    [InlineData("--state 8000 --http-port 8000")]
    public void What_is_alike_may_stand_twice(string line) => Assert.Null(CommandLine.Parse(line.Split(' ')).ErrorFor(Commands));

    private static Local.ApplicationModel.Resource[] Described()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        builder.AddProject("service", "x.csproj");
        return [builder.AddProject("demo", "y.csproj").WithExplicitStart().Resource, .. ((DistributedApplicationBuilder)builder).Resources];
    }
}
