using Mesh.Registry.Serving;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Registry.Tests.Serving;

public sealed class ServingDirectoryTests
{
    private const string Shop = "projects/default/deployments/shop";

    private readonly ManualTime _time = new();
    private readonly ChangeSignals _changes = new();
    private readonly ServingSignals _signals;
    private readonly ServingDirectory _directory;

    public ServingDirectoryTests()
    {
        _signals = new ServingSignals(_changes);
        _directory = new ServingDirectory(_signals, _time, NullLogger<ServingDirectory>.Instance);
    }

    [Fact]
    public void A_replica_that_is_silent_for_6_seconds_is_gone()
    {
        var a = _directory.Join(Report("a"));
        _directory.Join(Report("b"));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(_directory.Hear(a, Report("a")));
        _time.Advance(TimeSpan.FromSeconds(1.999));
        Assert.Equal(["a", "b"], Ids());
        var changed = _signals.NextReplicas();
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(["a"], Ids());
        Assert.True(changed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(Ids());
        // It speaks again on the stream it has.
        Assert.True(_directory.Hear(a, Report("a")));
        Assert.Equal(["a"], Ids());
    }

    [Fact]
    public void A_stream_that_ends_takes_its_replica_along_unless_a_newer_one_has_it()
    {
        var old = _directory.Join(Report("a"));
        var current = _directory.Join(Report("a"));
        Assert.False(_directory.Hear(old, Report("a")));
        _directory.Leave(old);
        Assert.Equal(["a"], Ids());
        _directory.Leave(current);
        Assert.Empty(Ids());
    }

    [Fact]
    public void Only_what_changes_routes_wakes_the_routers()
    {
        var session = _directory.Join(Report("a", Served("v1")));
        var (revision, _) = _directory.Read();
        var (replicas, shop) = (_signals.NextReplicas(), _changes.Next(Shop));
        var counted = Report("a", Served("v1"));
        (counted.InFlight, counted.Models[0].RequestCount) = (7, 99);
        _directory.Hear(session, counted);
        Assert.False(replicas.IsCompleted);
        Assert.False(shop.IsCompleted);
        Assert.Equal(revision, _directory.Read().Revision);
        Assert.Equal(7, Assert.Single(_directory.Read().Replicas).InFlight);

        _directory.Hear(session, Report("a", Served("v2")));
        Assert.True(replicas.IsCompleted);
        Assert.True(shop.IsCompleted);
        Assert.True(_directory.Read().Revision > revision);

        replicas = _signals.NextReplicas();
        var draining = Report("a", Served("v2"));
        draining.Accepting = false;
        _directory.Hear(session, draining);
        Assert.True(replicas.IsCompleted);
    }

    [Fact]
    public void Watchers_of_a_deployment_hear_errors_and_leaves()
    {
        var session = _directory.Join(Report("a", Served("v1")));
        var shop = _changes.Next(Shop);
        var failed = Report("a", Served("v1"));
        failed.Models[0].Error = "no";
        _directory.Hear(session, failed);
        Assert.True(shop.IsCompleted);
        shop = _changes.Next(Shop);
        _directory.Leave(session);
        Assert.True(shop.IsCompleted);
    }

    [Fact]
    public void A_stream_knows_better_than_what_other_processes_share()
    {
        _directory.HearOther(Report("a", Served("v1")));
        _directory.HearOther(Report("b"));
        Assert.Equal(["a", "b"], Ids());
        Assert.Empty(_directory.Own());
        _directory.Join(Report("a", Served("v2")));
        _directory.HearOther(Report("a", Served("v1")));
        Assert.Equal("v2", _directory.Read().Replicas[0].Models[0].ModelVersion);
        Assert.Equal("a", Assert.Single(_directory.Own()).Report.ReplicaId);

        _directory.ForgetOthers(new HashSet<string>());
        Assert.Equal(["a"], Ids());
    }

    [Fact]
    public void Replicas_of_others_are_kept_while_the_others_cannot_be_heard()
    {
        _directory.HearOther(Report("b"));
        _time.Advance(TimeSpan.FromSeconds(5));
        _directory.KeepOthers();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["b"], Ids());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Ids());
    }

    private IEnumerable<string> Ids() => _directory.Read().Replicas.Select(r => r.ReplicaId);

    private static ServedModel Served(string version) => new() { Deployment = Shop, ModelVersion = version, State = ServedModelState.Ready };

    private static ReplicaReport Report(string id, params ServedModel[] models) =>
        new() { ReplicaId = id, Address = "http://127.0.0.1:1", Accepting = true, Models = { models } };
}
