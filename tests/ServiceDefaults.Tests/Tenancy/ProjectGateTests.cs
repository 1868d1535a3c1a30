using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Tenancy;

/// <summary>Creates against a deletion that closes the gate and then counts.</summary>
public class ProjectGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualTime _time = new();
    private readonly FakeIdentity _identity = new();
    private readonly ProjectGate _gate;

    public ProjectGateTests() => _gate = new ProjectGate(new ProjectService.ProjectServiceClient(_identity), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_active_project_is_remembered_for_a_second()
    {
        await CreateAsync();
        await CreateAsync();
        Assert.Equal(1, _identity.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await CreateAsync();
        Assert.Equal(2, _identity.Asked);
    }

    [Fact]
    public async Task Unknown_projects_and_those_being_deleted_are_refused_and_not_remembered()
    {
        _identity.State = ProjectState.Deleting;
        Assert.Equal("PROJECT_DELETING", (await Assert.ThrowsAsync<MeshException>(CreateAsync)).Reason);
        _identity.State = null;
        Assert.Equal("NOT_FOUND", (await Assert.ThrowsAsync<MeshException>(CreateAsync)).Reason);
        _identity.State = ProjectState.Active;
        await CreateAsync();
        Assert.Equal(3, _identity.Asked);
    }

    [Fact]
    public async Task After_it_was_closed_nothing_is_let_in_from_memory()
    {
        await CreateAsync();
        _identity.State = ProjectState.Deleting;
        await CloseAsync();
        await Assert.ThrowsAsync<MeshException>(CreateAsync);
    }

    [Fact]
    public async Task Closing_waits_for_a_create_that_was_let_through()
    {
        var creating = await _gate.EnterAsync("p", Cancel);
        var closed = CloseAsync();
        Assert.False(closed.IsCompleted);
        // Of another project, which nobody waits for.
        using var other = await _gate.EnterAsync("q", Cancel);
        creating.Dispose();
        await closed.WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task Two_that_close_one_after_the_other_both_wait()
    {
        var creating = await _gate.EnterAsync("p", Cancel);
        var closed = new[] { CloseAsync(), CloseAsync() };
        Assert.DoesNotContain(closed, task => task.IsCompleted);
        creating.Dispose();
        await Task.WhenAll(closed).WaitAsync(Patience, Cancel);
    }

    [Fact]
    public async Task An_answer_from_before_it_was_closed_is_waited_for_and_not_remembered()
    {
        var answer = _identity.Hold();
        var entering = _gate.EnterAsync("p", Cancel);
        var closed = CloseAsync();
        _identity.Release();
        answer.SetResult(new Project { State = ProjectState.Active });
        using (await entering)
        {
            Assert.False(closed.IsCompleted);
        }

        await closed.WaitAsync(Patience, Cancel);
        _identity.State = ProjectState.Deleting;
        Assert.Equal("PROJECT_DELETING", (await Assert.ThrowsAsync<MeshException>(CreateAsync)).Reason);
    }

    [Fact]
    public async Task With_other_replicas_their_memory_is_waited_out()
    {
        var closed = _gate.CloseAsync("p", isShared: true, Cancel);
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(closed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await closed.WaitAsync(Patience, Cancel);
    }

    private async Task CreateAsync() => (await _gate.EnterAsync("p", Cancel)).Dispose();

    private Task CloseAsync() => _gate.CloseAsync("p", isShared: false, Cancel);

    /// <summary>Identity at the other end of the wire.</summary>
    private sealed class FakeIdentity : CallInvoker
    {
        private TaskCompletionSource<Project>? _held;

        /// <summary>Null for a project that does not exist.</summary>
        public ProjectState? State { get; set; } = ProjectState.Active;

        public int Asked { get; private set; }

        public TaskCompletionSource<Project> Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _held = null;

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Asked++;
            var answer = _held?.Task ?? (State is { } state
                ? Task.FromResult(new Project { State = state })
                : Task.FromException<Project>(new RpcException(new Status(StatusCode.NotFound, "no such project"))));
            return new AsyncUnaryCall<TResponse>(
                (Task<TResponse>)(object)answer, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }
}
