using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;

namespace Mesh.ServiceDefaults.Tests.Storage;

/// <summary>The smallest database of a service.</summary>
internal sealed class ThingDb(DbContextOptions<ThingDb> options) : MeshDb(options, "things")
{
    public DbSet<Thing> Things => Set<Thing>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.Entity<Thing>(thing => thing.HasKey(t => t.Id));
    }
}

internal sealed class Thing
{
    public required string Id { get; init; }
}

/// <summary>The same database on SQLite or PostgreSQL.</summary>
internal sealed class ThingStore : IDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    private readonly TemporaryFolder _folder = new();
    private readonly DbContextOptions<ThingDb> _options;

    private ThingStore(string? postgres)
    {
        var builder = new DbContextOptionsBuilder<ThingDb>();
        _ = postgres is null ? builder.UseSqliteFile(_folder.File("things.db")) : builder.UsePostgres(postgres, "things");
        _options = builder.Options;
    }

    public static async Task<ThingStore> CreateAsync(string kind)
    {
        var store = new ThingStore(kind == Postgres ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null);
        await using var db = store.Open();
        await db.Database.EnsureCreatedAsync();
        return store;
    }

    public ThingDb Open() => new(_options);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
