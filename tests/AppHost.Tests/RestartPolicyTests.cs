using CsCheck;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Tests;

public sealed class RestartPolicyTests
{
    [Fact]
    public void Waits_longer_each_time_and_gives_up_at_the_fifth_failed_start()
    {
        var policy = new RestartPolicy(new RunPace());

        var delays = Enumerable.Range(0, 5).Select(_ => policy.AfterExit(wasHealthy: false)?.TotalSeconds).ToArray();

        Assert.Equal([0.2, 1, 4, 10, null], delays);
        Assert.Equal(5, policy.FailedStarts);
    }

    [Fact]
    public void One_healthy_moment_forgets_the_failures()
    {
        var policy = new RestartPolicy(new RunPace());
        for (var i = 0; i < 4; i++)
            policy.AfterExit(wasHealthy: false);

        Assert.Equal(0.2, policy.AfterExit(wasHealthy: true)?.TotalSeconds);
        Assert.Equal(0.2, policy.AfterExit(wasHealthy: false)?.TotalSeconds);
        Assert.Equal(1, policy.FailedStarts);
    }

    [Fact]
    public void Gives_up_exactly_when_the_last_five_starts_were_never_healthy() =>
        Gen.Bool.List[1, 40].Sample(exits =>
        {
            var policy = new RestartPolicy(new RunPace());
            foreach (var (wasHealthy, i) in exits.Select((value, i) => (value, i)))
            {
                var delay = policy.AfterExit(wasHealthy);
                var fifth = i >= 4 && exits.Skip(i - 4).Take(5).All(value => !value);
                if (fifth != delay is null)
                    return false;
                if (fifth)
                    return true;
            }
            return true;
        });
}
