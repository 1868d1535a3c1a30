using Mesh.Gateway.Serving;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>Who may answer for which deployment, state by state.</summary>
public class ReplicaDirectoryTests
{
    private const string Deployment = GatewayRig.Deployment;
    private readonly ManualTime _time = new();
    private readonly ReplicaDirectory _directory;

    public ReplicaDirectoryTests() => _directory = new ReplicaDirectory(
        Microsoft.Extensions.Options.Options.Create(new GatewayOptions()), _time, NullLogger<ReplicaDirectory>.Instance);

    [Fact]
    public void Nobody_answers_before_the_directory_spoke()
    {
        Assert.Null(_directory.Pick(Deployment, null));
        Assert.Null(_directory.Pick(null, null));
    }

    [Theory]
    [InlineData(ServedModelState.Ready, "v1", true)]
    [InlineData(ServedModelState.Loading, "v1", true)]
    [InlineData(ServedModelState.Failed, "v1", true)]
    [InlineData(ServedModelState.Loading, "", false)]
    public void A_replica_with_a_version_answers_while_it_loads_the_next(ServedModelState state, string version, bool answers)
    {
        Say(("a", true, state, version), ("other", true, null, ""));
        Assert.Equal(answers ? "a" : null, _directory.Pick(Deployment, null)?.Id);
    }

    [Fact]
    public void A_replica_that_failed_to_load_explains_when_no_other_serves_or_loads()
    {
        Say(("a", true, ServedModelState.Failed, ""), ("other", true, null, ""));
        Assert.Equal("a", _directory.Pick(Deployment, null)?.Id);
        Say(("a", true, ServedModelState.Failed, ""), ("b", true, ServedModelState.Loading, ""));
        Assert.Null(_directory.Pick(Deployment, null));
        Say(("a", true, ServedModelState.Failed, ""), ("b", true, ServedModelState.Ready, "v1"));
        Assert.Equal("b", _directory.Pick(Deployment, null)?.Id);
    }

    [Fact]
    public void A_replica_that_unloads_or_drains_is_not_asked()
    {
        Say(("a", true, ServedModelState.Unloading, "v1"), ("b", true, ServedModelState.Ready, "v1"), ("c", false, ServedModelState.Ready, "v1"));
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal("b", _directory.Pick(Deployment, null)?.Id));
        Say(("c", false, ServedModelState.Ready, "v1"), ("other", true, null, ""));
        Assert.Null(_directory.Pick(Deployment, null));
        Assert.Equal("other", _directory.Pick(null, null)?.Id);
    }

    [Fact]
    public void A_lost_deployment_is_waited_for_a_while_and_a_dropped_one_is_not()
    {
        Say(("a", true, ServedModelState.Ready, "v1"), ("other", true, null, ""));
        Say(("other", true, null, ""));
        Assert.Null(_directory.Pick(Deployment, null));
        _time.Advance(TimeSpan.FromSeconds(30));
        Say(("other", true, null, ""));
        Assert.Null(_directory.Pick(Deployment, null));
        _time.Advance(TimeSpan.FromSeconds(31));
        Say(("other", true, null, ""));
        Assert.Equal("other", _directory.Pick(Deployment, null)?.Id);

        Say(("a", true, ServedModelState.Ready, "v1"), ("other", true, null, ""));
        Say(("a", true, null, ""), ("other", true, null, ""));
        Assert.NotNull(_directory.Pick(Deployment, null));
    }

    [Fact]
    public void The_less_busy_of_two_is_taken()
    {
        Say(("a", true, ServedModelState.Ready, "v1"), ("b", true, ServedModelState.Ready, "v1"));
        var busy = _directory.Pick(Deployment, null)!;
        busy.Enter();
        Assert.All(Enumerable.Range(0, 50), _ => Assert.NotSame(busy, _directory.Pick(Deployment, null)));
    }

    [Fact]
    public void Suspects_and_those_tried_are_avoided_while_another_is_left()
    {
        Say(("a", true, ServedModelState.Ready, "v1"), ("b", true, ServedModelState.Ready, "v1"));
        var first = _directory.Pick(Deployment, null)!;
        var other = _directory.Pick(Deployment, [first])!;
        Assert.NotSame(first, other);
        Assert.Null(_directory.Pick(Deployment, [first, other]));

        _directory.Broke(first, "test");
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Same(other, _directory.Pick(Deployment, null)));
        _directory.Broke(other, "test");
        Assert.Contains(Enumerable.Range(0, 50), _ => _directory.Pick(Deployment, null) == first);
        Assert.Same(first, _directory.Pick(Deployment, [other]));
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Contains(Enumerable.Range(0, 50), _ => _directory.Pick(Deployment, null) == first);
    }

    [Fact]
    public void A_replica_keeps_its_counts_as_long_as_its_address()
    {
        Say(("a", true, ServedModelState.Ready, "v1"));
        var before = _directory.Pick(Deployment, null);
        Say(("a", true, ServedModelState.Ready, "v2"), ("b", false, null, ""));
        Assert.Same(before, _directory.Pick(Deployment, null));
        var moved = GatewayRig.Report("a", "http://127.0.0.1:2", Deployment);
        _directory.Update([moved]);
        Assert.NotSame(before, _directory.Pick(Deployment, null));
    }

    [Fact]
    public void Malformed_reports_are_left_out()
    {
        _directory.Update([GatewayRig.Report("a", "not an address", Deployment), GatewayRig.Report("b", "http://127.0.0.1:1", Deployment), GatewayRig.Report("b", "http://127.0.0.1:2", Deployment)]);
        Assert.Equal("http://127.0.0.1:1/", _directory.Pick(Deployment, null)?.Address.ToString());
    }

    [Fact]
    public void Picking_allocates_nothing()
    {
        Say(("a", true, ServedModelState.Ready, "v1"), ("b", true, ServedModelState.Ready, "v1"), ("c", true, ServedModelState.Ready, "v1"));
        for (var i = 0; i < 1000; i++)
        {
            _directory.Pick(Deployment, null);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _directory.Pick(Deployment, null);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Say(params (string Id, bool Accepting, ServedModelState? State, string Version)[] replicas) => _directory.Update(
    [
        .. replicas.Select(r =>
        {
            var report = new ReplicaReport { ReplicaId = r.Id, Address = "http://127.0.0.1:1", Accepting = r.Accepting };
            if (r.State is { } state)
            {
                report.Models.Add(new ServedModel { Deployment = Deployment, ModelVersion = r.Version, State = state });
            }

            return report;
        }),
    ]);
}
