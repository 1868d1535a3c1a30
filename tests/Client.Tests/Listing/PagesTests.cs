using Grpc.Core;
using Mesh.Client.Listing;
using Mesh.Client.Tests.Support;
using Mesh.Identity.V1;
using Xunit;

namespace Mesh.Client.Tests.Listing;

public sealed class PagesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Goes_through_every_page(int count)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await GrpcServer<Projects>.StartAsync(new Projects(count));
        using var mesh = server.Client();

        var names = await mesh.ListProjectsAsync(cancel).Select(project => project.Name).ToListAsync(cancel);

        Assert.Equal(Enumerable.Range(0, count).Select(i => $"projects/p{i}"), names);
    }

    /// <summary>Pages of two; the token is the place of the next.</summary>
    private sealed class Projects(int count) : ProjectService.ProjectServiceBase
    {
        public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
        {
            var start = request.PageToken.Length > 0 ? int.Parse(request.PageToken) : 0;
            var page = Enumerable.Range(start, Math.Min(2, count - start)).Select(i => new Project { Name = $"projects/p{i}" });
            return Task.FromResult(new ListProjectsResponse { Projects = { page }, NextPageToken = start + 2 < count ? $"{start + 2}" : "" });
        }
    }
}
