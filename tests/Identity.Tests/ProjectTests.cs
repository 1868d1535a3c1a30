using Grpc.Core;
using Mesh.Identity.Storage;
using Mesh.Identity.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Identity.Tests;

public sealed class SqliteProjectTests() : ProjectTests(postgres: false);

public sealed class PostgresProjectTests() : ProjectTests(postgres: true);

public abstract class ProjectTests(bool postgres) : IAsyncLifetime
{
    private IdentityHost _host = null!;

    private ProjectService.ProjectServiceClient Projects => _host.Projects;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await IdentityHost.StartAsync(postgres);

    public async ValueTask DisposeAsync()
    {
        _host.Logs.AssertNoErrors();
        await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_default_project_is_there_and_stays()
    {
        var project = await Projects.GetProjectAsync(new GetProjectRequest { Name = "projects/default" }, cancellationToken: Cancel);
        Assert.Equal(ProjectState.Active, project.State);
        var error = await FailsAsync(() => DeleteAsync("default"));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
    }

    [Fact]
    public async Task A_retried_create_returns_the_first_result()
    {
        var first = await CreateAsync("vision", "r-1");
        var again = await CreateAsync("vision", "r-1");
        Assert.Equal(first, again);

        Assert.Equal(StatusCode.AlreadyExists, (await FailsAsync(() => CreateAsync("vision", "r-2"))).StatusCode);
        var reused = await FailsAsync(() => CreateAsync("other", "r-1"));
        Assert.Equal(StatusCode.InvalidArgument, reused.StatusCode);
        Assert.Contains("request_id", reused.Status.Detail);
    }

    [Fact]
    public async Task Creates_at_the_same_time_make_one_project()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync("race", "same")));
        Assert.Single(all.Distinct());
    }

    [Fact]
    public async Task Pages_cover_every_project_once()
    {
        string[] ids = ["a1", "a2", "b", "c-3", "zz"];
        foreach (var id in ids)
        {
            await CreateAsync(id, "");
        }

        var seen = new List<string>();
        for (var token = ""; ;)
        {
            var page = await Projects.ListProjectsAsync(new ListProjectsRequest { PageSize = 2, PageToken = token }, cancellationToken: Cancel);
            Assert.InRange(page.Projects.Count, 1, 2);
            seen.AddRange(page.Projects.Select(p => p.Name["projects/".Length..]));
            if ((token = page.NextPageToken).Length == 0)
            {
                break;
            }
        }

        Assert.Equal([.. ids, "default"], seen.Order(StringComparer.Ordinal).OrderBy(i => i == "default"));
    }

    [Theory]
    [InlineData("", "project_id")]
    [InlineData("Upper", "project_id")]
    [InlineData("1st", "project_id")]
    [InlineData("with\u0007bell", "project_id")]
    [InlineData("../up", "project_id")]
    [InlineData("ends-", "project_id")]
    public async Task A_bad_id_is_refused_by_field(string id, string field)
    {
        var error = await FailsAsync(() => CreateAsync(id, ""));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task Only_an_empty_project_is_deleted()
    {
        await CreateAsync("full", "");
        _host.Contents.Counts["datasets"] = 2;
        var error = await FailsAsync(() => DeleteAsync("full"));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        // Four owners answer the same here, each counted for itself.
        Assert.Contains("2 datasets", error.Status.Detail);
        Assert.Equal(ProjectState.Active, (await GetAsync("full")).State);

        _host.Contents.Counts.Clear();
        await DeleteAsync("full");
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => GetAsync("full"))).StatusCode);
    }

    [Fact]
    public async Task A_project_takes_nothing_new_while_it_is_checked()
    {
        await CreateAsync("busy", "");
        var seen = ProjectState.Unspecified;
        _host.Contents.During = async () => seen = (await GetAsync("busy")).State;
        await DeleteAsync("busy");
        Assert.Equal(ProjectState.Deleting, seen);
    }

    [Fact]
    public async Task The_migrations_are_up_to_date()
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<IdentityDb>>().CreateDbContextAsync(Cancel);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
    }

    private Task<Project> CreateAsync(string id, string requestId) => Projects.CreateProjectAsync(
        new CreateProjectRequest { ProjectId = id, Project = new Project { DisplayName = id == "with\u0007bell" ? "" : id }, RequestId = requestId }, cancellationToken: Cancel).ResponseAsync;

    private Task<Project> GetAsync(string id) => Projects.GetProjectAsync(new GetProjectRequest { Name = $"projects/{id}" }, cancellationToken: Cancel).ResponseAsync;

    private Task DeleteAsync(string id) => Projects.DeleteProjectAsync(new DeleteProjectRequest { Name = $"projects/{id}" }, cancellationToken: Cancel).ResponseAsync;

    private static Task<RpcException> FailsAsync(Func<Task> call) => Assert.ThrowsAsync<RpcException>(call);
}
