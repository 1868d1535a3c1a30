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
        Assert.Single(_host.Logs.Entries, entry => entry.Message.Contains("Created projects/vision"));

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
        Assert.Equal(field, FieldOf(error));
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public async Task A_display_name_has_at_most_200_characters(int length, bool fits)
    {
        var create = CreateAsync("named", "", new string('x', length));
        if (fits)
        {
            Assert.Equal(length, (await create).DisplayName.Length);
            return;
        }

        Assert.Equal("project.display_name", FieldOf(await FailsAsync(() => create)));
    }

    [Fact]
    public async Task A_display_name_with_control_characters_is_refused() =>
        Assert.Equal("project.display_name", FieldOf(await FailsAsync(() => CreateAsync("named", "", "with\u0007bell"))));

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
    public async Task When_a_service_does_not_say_what_it_holds_the_project_stays_and_is_active_again()
    {
        await CreateAsync("unknown", "");
        _host.Contents.During = () => throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        var error = await FailsAsync(() => DeleteAsync("unknown"));
        Assert.Equal((StatusCode.Unavailable, "CONTENTS_UNKNOWN"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>().Reason));
        Assert.Equal(ProjectState.Active, (await GetAsync("unknown")).State);
    }

    [Fact]
    public async Task A_deletion_under_way_is_not_disturbed_by_another()
    {
        await CreateAsync("marked", "");
        await MarkAsync("marked", TimeSpan.FromSeconds(1));
        Assert.Equal(ProjectState.Deleting, (await GetAsync("marked")).State);
        Assert.Equal(StatusCode.Aborted, (await FailsAsync(() => DeleteAsync("marked"))).StatusCode);
        Assert.Equal(ProjectState.Deleting, (await GetAsync("marked")).State);
    }

    [Fact]
    public async Task A_deletion_that_was_cut_off_locks_the_project_for_a_while_only()
    {
        await CreateAsync("cut-off", "");
        await MarkAsync("cut-off", TimeSpan.FromSeconds(11));
        Assert.Equal(ProjectState.Active, (await GetAsync("cut-off")).State);
        await DeleteAsync("cut-off");
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => GetAsync("cut-off"))).StatusCode);
    }

    [Fact]
    public async Task A_deletion_whose_mark_another_one_took_deletes_nothing()
    {
        await CreateAsync("taken", "");
        _host.Contents.During = () => MarkAsync("taken", TimeSpan.FromSeconds(1));
        Assert.Equal(StatusCode.Aborted, (await FailsAsync(() => DeleteAsync("taken"))).StatusCode);
        Assert.Equal(ProjectState.Deleting, (await GetAsync("taken")).State);
    }

    [Fact]
    public async Task The_migrations_are_up_to_date()
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<IdentityDb>>().CreateDbContextAsync(Cancel);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
    }

    private Task<Project> CreateAsync(string id, string requestId, string displayName = "A project") => Projects.CreateProjectAsync(
        new CreateProjectRequest { ProjectId = id, Project = new Project { DisplayName = displayName }, RequestId = requestId }, cancellationToken: Cancel).ResponseAsync;

    private static string FieldOf(RpcException error) => error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations.Single().Field;

    /// <summary>What another deletion, begun a while ago, has left in the database.</summary>
    private async Task MarkAsync(string id, TimeSpan ago)
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<IdentityDb>>().CreateDbContextAsync(Cancel);
        var since = (DateTimeOffset.UtcNow - ago).UtcTicks;
        Assert.Equal(1, await db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletingSinceTicks, since), Cancel));
    }

    private Task<Project> GetAsync(string id) => Projects.GetProjectAsync(new GetProjectRequest { Name = $"projects/{id}" }, cancellationToken: Cancel).ResponseAsync;

    private Task DeleteAsync(string id) => Projects.DeleteProjectAsync(new DeleteProjectRequest { Name = $"projects/{id}" }, cancellationToken: Cancel).ResponseAsync;

    private static Task<RpcException> FailsAsync(Func<Task> call) => Assert.ThrowsAsync<RpcException>(call);
}
