using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Listing;
using Mesh.Client.Retrying;
using Mesh.Client.Tests.Support;
using Mesh.Identity.V1;
using Xunit;

namespace Mesh.Client.Tests.Retrying;

public sealed class PatienceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Aborted)]
    [InlineData(StatusCode.Cancelled)]
    public async Task Tries_again_until_it_works(StatusCode failure)
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects(failure, failures: 4));
        using var mesh = server.Client(maxAttempts: 2);

        var project = await mesh.PatientlyAsync(m => m.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel), Cancel);

        Assert.Equal("projects/p", project.Name);
        Assert.Equal(5, server.Service.Calls);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.PermissionDenied)]
    public async Task Does_not_ask_twice_for_what_is_refused(StatusCode failure)
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects(failure, failures: 1));
        using var mesh = server.Client();

        var refused = await Assert.ThrowsAsync<MeshApiException>(() => mesh.PatientlyAsync(
            m => m.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel), Cancel));

        Assert.Equal(failure, refused.StatusCode);
        Assert.Equal(1, server.Service.Calls);
    }

    [Fact]
    public async Task Rides_out_a_restart()
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects(StatusCode.OK, failures: 0));
        using var mesh = server.Client();
        await server.StopAsync();

        var asking = mesh.PatientlyAsync(m => m.Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/p" }, cancellationToken: Cancel), Cancel);
        await server.StartAsync();

        Assert.Equal("projects/p", (await asking).Name);
    }

    [Fact]
    public async Task Reads_a_whole_list_though_the_mesh_is_away_between_its_pages()
    {
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects(StatusCode.Unavailable, failures: 1));
        using var mesh = server.Client(maxAttempts: 2);

        var projects = await mesh.PatientlyAsync(m => m.ListProjectsAsync(Cancel), Cancel);

        Assert.Equal(["projects/first", "projects/second"], projects.Select(project => project.Name));
    }

    private sealed class Projects(StatusCode code, int failures) : ProjectService.ProjectServiceBase
    {
        private int _calls;

        public int Calls => _calls;

        public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) =>
            Interlocked.Increment(ref _calls) <= failures
                ? throw new RpcException(new Status(code, "Not now."))
                : Task.FromResult(new Project { Name = request.Name });

        /// <summary>Two pages of one; the second is the one that fails, as often as the client itself tries a call and then once more.</summary>
        public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context) => request.PageToken switch
        {
            "" => Task.FromResult(new ListProjectsResponse { Projects = { new Project { Name = "projects/first" } }, NextPageToken = "2" }),
            _ when Interlocked.Increment(ref _calls) <= failures + 2 => throw new RpcException(new Status(code, "Not now.")),
            _ => Task.FromResult(new ListProjectsResponse { Projects = { new Project { Name = "projects/second" } } }),
        };
    }
}
