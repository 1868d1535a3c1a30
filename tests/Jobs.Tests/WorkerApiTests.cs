using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Jobs.Launching;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace Mesh.Jobs.Tests;

/// <summary>The calls of a worker over the wire, made by hand with the token that a launcher was given.</summary>
public class WorkerApiTests
{
    [Fact]
    public async Task A_worker_finds_the_blob_store_of_its_service_in_its_environment()
    {
        using var state = new TemporaryFolder();
        var launcher = new CapturingLauncher();
        await using var host = await JobsHost.StartAsync(
            state, null, builder => builder.Services.AddSingleton<ILauncher>(launcher), "--Blobs:Kind=s3", "--Blobs:S3:SecretKey=hush", "--Blobs:Cold:S3:Bucket=c");
        await host.CreateAsync("a");
        await Eventually.BecomesTrueAsync(() => launcher.Launch is not null, JobsHost.Patience, "a worker is launched");
        var environment = launcher.Launch!.Environment;
        Assert.Equal(["s3", "hush", "c"], new[] { "Blobs__Kind", "Blobs__S3__SecretKey", "Blobs__Cold__S3__Bucket" }.Select(key => environment[key]));
        Assert.Equal((state.File("blobs"), state.Path), (environment["MESH_BLOBS"], environment["MESH_STATE"]));
        launcher.Exit.SetResult("exit code 0");
    }

    [Fact]
    public async Task The_token_of_the_attempt_is_needed_and_each_call_answers_as_documented()
    {
        using var state = new TemporaryFolder();
        var launcher = new CapturingLauncher();
        await using var host = await JobsHost.StartAsync(state, null, builder => builder.Services.AddSingleton<ILauncher>(launcher));
        var job = await host.CreateAsync("a");
        await Eventually.BecomesTrueAsync(() => launcher.Launch is not null, JobsHost.Patience, "a worker is launched");
        var environment = launcher.Launch!.Environment;
        using var channel = GrpcChannel.ForAddress(environment["MESH_WORKER_ENDPOINT"]);
        Assert.Equal(host.Services.GetRequiredService<ListeningPorts>().GrpcAddress, environment["MESH_WORKER_ENDPOINT"]);
        var worker = new WorkerService.WorkerServiceClient(channel);
        var token = With(environment["MESH_RUN_TOKEN"]);
        var start = new StartAttemptRequest { Name = job.Name, Attempt = 1 };

        await FailsAsync(StatusCode.Unauthenticated, "UNAUTHENTICATED", worker.StartAttemptAsync(start, cancellationToken: Cancel));
        await FailsAsync(StatusCode.Unauthenticated, "UNAUTHENTICATED", worker.StartAttemptAsync(start, With(new string('0', 64))));
        await FailsAsync(StatusCode.FailedPrecondition, "LEASE_LOST", worker.StartAttemptAsync(new() { Name = job.Name, Attempt = 2 }, token));
        await FailsAsync(StatusCode.FailedPrecondition, "LEASE_LOST", worker.StartAttemptAsync(new() { Name = "projects/p/counts/none", Attempt = 1 }, token));

        var started = await worker.StartAttemptAsync(start, token);
        Assert.Equal(5, started.Specification.Unpack<Struct>().Fields["until"].NumberValue);
        Assert.Null(started.Resume);
        Assert.Equal((1, 30), (started.Resources.Cpus, started.Lease.Seconds));

        var events = new ReportEventsRequest { Name = job.Name, Attempt = 1, Events = { StoreRig.Counted(2, 1), StoreRig.Counted(2, 2), new Event { Sequence = 3 } } };
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", worker.ReportEventsAsync(events, token), "events[1].sequence", "events[2].payload");
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", worker.CompleteAttemptAsync(new() { Name = job.Name, Attempt = 1 }, token), "result");
        await FailsAsync(StatusCode.InvalidArgument, "INVALID_ARGUMENT", worker.EndAttemptAsync(new() { Name = job.Name, Attempt = 1 }, token), "outcome");

        var wanted = await worker.HeartbeatAsync(new() { Name = job.Name, Attempt = 1 }, token);
        Assert.False(wanted.CancelRequested || wanted.YieldRequested);
        await host.Jobs.RequestYieldAsync(job.Name, Cancel);
        Assert.True((await worker.HeartbeatAsync(new() { Name = job.Name, Attempt = 1 }, token)).YieldRequested);
        await host.Jobs.RequestCancelAsync(job.Name, Cancel);
        Assert.True((await worker.HeartbeatAsync(new() { Name = job.Name, Attempt = 1 }, token)).CancelRequested);
        await worker.EndAttemptAsync(new() { Name = job.Name, Attempt = 1, Outcome = EndAttemptRequest.Types.Outcome.Cancelled }, token);
        Assert.Equal(JobState.Cancelled, (await host.GetAsync(job)).State);
        await FailsAsync(StatusCode.FailedPrecondition, "LEASE_LOST", worker.HeartbeatAsync(new() { Name = job.Name, Attempt = 1 }, token));
        launcher.Exit.SetResult("exit code 0");
        host.Logs.AssertNoErrors();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static CallOptions With(string token) => new(new Metadata { { "authorization", $"Bearer {token}" } }, cancellationToken: Cancel);

    private static async Task FailsAsync<T>(StatusCode code, string reason, AsyncUnaryCall<T> call, params string[] fields)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal((code, reason), (failure.StatusCode, failure.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal(fields, failure.GetRpcStatus()!.GetDetail<BadRequest>()?.FieldViolations.Select(v => v.Field) ?? []);
    }

    /// <summary>Launches nothing: the test is the worker.</summary>
    private sealed class CapturingLauncher : ILauncher, ILaunchedWorker
    {
        public WorkerLaunch? Launch { get; private set; }

        public TaskCompletionSource<string> Exit { get; } = new();

        public Task<string> Exited => Exit.Task;

        public Task<ILaunchedWorker> LaunchAsync(WorkerLaunch launch)
        {
            Launch = launch;
            return Task.FromResult<ILaunchedWorker>(this);
        }

        public void RequestStop() => Exit.TrySetResult("SIGTERM");

        public void Kill() => Exit.TrySetResult("SIGKILL");
    }
}
