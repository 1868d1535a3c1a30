using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Preprocessing.Tests.Processed;

/// <summary>A migrated database, a store and what runs and datasets do to blobs, without the service.</summary>
internal sealed class CollectionRig : IAsyncDisposable
{
    public const string Project = "default";

    private readonly TemporaryFolder _state = new();
    private readonly WebApplication _app;

    private CollectionRig(string? connection)
    {
        var builder = WebApplication.CreateBuilder(["--MESH_STATE", _state.Path, "--ConnectionStrings:mesh", connection ?? ""]);
        builder.AddMeshDefaults("preprocessing");
        builder.AddPreprocessing();
        _app = builder.Build();
    }

    public CountedStore Store { get; } = new();

    public LogCollector Logs { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<CollectionRig> CreateAsync(bool postgres)
    {
        var rig = new CollectionRig(postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        await rig._app.Services.GetRequiredService<IDatabaseMigration>().MigrateAsync(Cancel);
        return rig;
    }

    /// <summary>As one replica of the service has it.</summary>
    public BlobCollection Collection(TimeProvider? time = null) => new(
        _app.Services.GetRequiredService<IDbContextFactory<PreprocessingDb>>(), Store, time ?? TimeProvider.System,
        LoggerFactory.Create(logging => logging.AddProvider(Logs)).CreateLogger<BlobCollection>());

    public PreprocessingDb Open() => _app.Services.GetRequiredService<IDbContextFactory<PreprocessingDb>>().CreateDbContext();

    /// <summary>Any bytes' digest.</summary>
    public static string Digest(int number) => number.ToString("x64");

    /// <summary>As the event of a worker does.</summary>
    public async Task ClaimAsync(string run, params string[] digests)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        await BlobClaims.ClaimAsync(db, Project, run, digests, Cancel);
        await db.SaveChangesAsync(Cancel);
        await transaction.CommitAsync(Cancel);
    }

    /// <summary>As a later run does that finds what an earlier one left.</summary>
    /// <returns>False when it is not there.</returns>
    public async Task<bool> ReuseAsync(string run, string digest)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        await ProjectLock.TakeAsync(db, Project, Cancel);
        if (!await db.Blobs.AnyAsync(b => b.Project == Project && b.Digest == digest, Cancel))
        {
            return false;
        }

        await BlobClaims.ClaimAsync(db, Project, run, [digest], Cancel);
        await db.SaveChangesAsync(Cancel);
        await transaction.CommitAsync(Cancel);
        return true;
    }

    /// <summary>As the end of a run.</summary>
    /// <param name="dataset">What it leaves; null when it failed.</param>
    public async Task EndAsync(string run, string? dataset, params string[] digests)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        await BlobClaims.ReleaseAsync(db, run, Cancel);
        if (dataset is not null)
        {
            db.Processed.Add(new ProcessedDatasetRow { Project = Project, DatasetId = dataset, Key = dataset, Description = [] });
            db.Blobs.AddRange(digests.Select(digest => new DatasetBlobRow { Project = Project, DatasetId = dataset, Digest = digest }));
        }

        await db.SaveChangesAsync(Cancel);
        await transaction.CommitAsync(Cancel);
    }

    /// <summary>As the deletion of a dataset.</summary>
    public async Task DropAsync(string dataset)
    {
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(Cancel);
        BlobClaims.Abandon(db, Project, await db.Blobs.Where(b => b.DatasetId == dataset).Select(b => b.Digest).ToListAsync(Cancel));
        await db.Processed.Where(d => d.DatasetId == dataset).ExecuteDeleteAsync(Cancel);
        await db.SaveChangesAsync(Cancel);
        await transaction.CommitAsync(Cancel);
    }

    /// <summary>As a process leaves it that dies after it has marked a blob.</summary>
    public async Task MarkAsync(string digest, DateTimeOffset since)
    {
        await using var db = Open();
        await db.Claims.Where(c => c.Digest == digest).ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletingTicks, since.UtcTicks), Cancel);
    }

    /// <summary>Claims that are left: the digest and whose it is.</summary>
    public async Task<List<string>> ClaimsAsync()
    {
        await using var db = Open();
        return await db.Claims.OrderBy(c => c.Digest).Select(c => $"{c.Digest.Substring(62)} {c.RunName}").ToListAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _state.Dispose();
    }
}
