using Mesh.Ingest.Commits;
using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mesh.Ingest.Tests.Versions;

/// <summary>Who commits a version, and what counts as a failure, without a runner.</summary>
public sealed class CommitLeasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Databases _databases;
    private readonly CommitLeases _leases;

    public CommitLeasesTests()
    {
        _databases = new Databases(_folder.File("ingest.db"));
        _leases = new CommitLeases(_databases, new ChangeSignals(), Microsoft.Extensions.Options.Options.Create(new IngestOptions()), TimeProvider.System);
        using var db = _databases.CreateDbContext();
        db.Database.EnsureCreated();
        db.Add(new DatasetRow { Project = "default", DatasetId = "digits", DisplayName = "", Description = "", CreatedTicks = 1, Creator = "users/admin" });
        db.Add(new VersionRow { LastReadTicks = 0, Project = "default", DatasetId = "digits", Version = 1, CreatedTicks = 1, Creator = "users/admin", Facts = [] });
        db.SaveChanges();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_orderly_stop_is_no_failure_and_a_lease_that_ran_out_is_one()
    {
        for (var attempt = 1; attempt <= 10; attempt++)
        {
            var commit = (await _leases.ClaimAsync(Cancel))!;
            Assert.Equal((attempt, 1), (commit.Attempt, commit.Failures));
            Assert.Null(await _leases.ClaimAsync(Cancel));
            Assert.True(await _leases.ReturnAsync(commit, Cancel));
        }

        var lost = (await _leases.ClaimAsync(Cancel))!;
        // The next start finds what the process left.
        await _leases.TakeOverAsync(Cancel);
        var second = (await _leases.ClaimAsync(Cancel))!;
        Assert.Equal((12, 2), (second.Attempt, second.Failures));
        Assert.False(await _leases.ReturnAsync(lost, Cancel));
        Assert.True(await _leases.RetryAsync(second, TimeSpan.Zero, Cancel));
        Assert.Equal(3, (await _leases.ClaimAsync(Cancel))!.Failures);
    }

    [Fact]
    public async Task What_was_rejected_is_written_with_the_version_or_not_at_all()
    {
        var lost = (await _leases.ClaimAsync(Cancel))!;
        await _leases.TakeOverAsync(Cancel);
        var commit = (await _leases.ClaimAsync(Cancel))!;
        Assert.False(await _leases.SucceedAsync(lost, new ParsedVersion(new(), new(), "digest", [1], [], 1, 1), Cancel));
        await using var db = _databases.CreateDbContext();
        Assert.Empty(db.Details);
        Assert.True(await _leases.SucceedAsync(commit, new ParsedVersion(new(), new(), "digest", [2], [], 1, 1), Cancel));
        Assert.Equal([2], (await db.Details.SingleAsync(Cancel)).Rejections);
        Assert.Equal(JobState.Succeeded, (await db.Versions.SingleAsync(Cancel)).State);
    }

    public void Dispose() => _folder.Dispose();

    private sealed class Databases(string file) : IDbContextFactory<IngestDb>
    {
        private readonly DbContextOptions<SqliteIngestDb> _options = Options(file);

        public IngestDb CreateDbContext() => new SqliteIngestDb(_options);

        private static DbContextOptions<SqliteIngestDb> Options(string file)
        {
            var options = new DbContextOptionsBuilder<SqliteIngestDb>();
            options.UseSqliteFile(file);
            return options.Options;
        }
    }
}
