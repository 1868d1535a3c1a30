using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Tests.Support;
using Mesh.Identity.V1;
using Xunit;

namespace Mesh.Client.Tests.Errors;

public sealed class ErrorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Carries_reason_metadata_and_time_to_wait()
    {
        var error = await FailWithAsync(Refusals.Make(
            Code.FailedPrecondition, "PROJECT_NOT_EMPTY", "It holds 3 datasets.", Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) })));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("PROJECT_NOT_EMPTY", error.Reason);
        Assert.Equal("It holds 3 datasets.", error.Message);
        Assert.Equal("x", error.Metadata["held_by"]);
        Assert.Equal(TimeSpan.FromSeconds(2), error.RetryAfter);
        Assert.Empty(error.Violations);
        Assert.False(error.IsInterruption());
    }

    [Fact]
    public async Task Carries_every_violation()
    {
        var error = await FailWithAsync(Refusals.Invalid("project_id", "is empty.", "project.display_name", "is too long."));

        Assert.Equal([new("project_id", "is empty."), new FieldViolation("project.display_name", "is too long.")], error.Violations);
    }

    [Fact]
    public async Task Comes_without_details_too()
    {
        var error = await FailWithAsync(new RpcException(new Grpc.Core.Status(StatusCode.Internal, "Internal error; trace id 1.")));

        Assert.Equal(("", "Internal error; trace id 1."), (error.Reason, error.Message));
        Assert.Null(error.RetryAfter);
        Assert.False(error.IsInterruption());
    }

    [Fact]
    public async Task Survives_details_that_are_not_a_status()
    {
        var error = await FailWithAsync(new RpcException(
            new Grpc.Core.Status(StatusCode.Aborted, "Collided."), new Metadata { { "grpc-status-details-bin", [0xFF, 0xFF, 0xFF] } }));

        Assert.Equal((StatusCode.Aborted, ""), (error.StatusCode, error.Reason));
    }

    [Fact]
    public async Task Tells_that_nobody_is_there()
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects());
        using var mesh = server.Client();
        await server.StopAsync();

        var error = await Assert.ThrowsAsync<MeshApiException>(async () => await mesh.Projects.ListProjectsAsync(new(), cancellationToken: Cancel));

        Assert.Equal((StatusCode.Unavailable, ""), (error.StatusCode, error.Reason));
        Assert.True(error.IsInterruption());
    }

    [Fact]
    public async Task An_answer_cut_off_in_the_middle_may_come_whole_the_next_time()
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects { AnswersHalf = true });
        using var mesh = server.Client();

        var error = await Assert.ThrowsAsync<MeshApiException>(async () => await mesh.Projects.ListProjectsAsync(new(), cancellationToken: Cancel));

        Assert.True(error.IsInterruption(), error.ToString());
    }

    private static async Task<MeshApiException> FailWithAsync(RpcException failure)
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects { Failure = failure });
        using var mesh = server.Client();
        return await Assert.ThrowsAsync<MeshApiException>(async () => await mesh.Projects.ListProjectsAsync(new(), cancellationToken: Cancel));
    }

    private sealed class Projects : ProjectService.ProjectServiceBase
    {
        public RpcException? Failure { get; init; }

        public bool AnswersHalf { get; init; }

        public override async Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
        {
            if (AnswersHalf)
            {
                // The head of a message of 100 bytes, and two of them.
                var response = context.GetHttpContext().Response;
                await response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 100, 10, 98 });
                await response.CompleteAsync();
                return new ListProjectsResponse();
            }

            throw Failure!;
        }
    }
}
