using Mesh.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>
/// One registration for both databases: PostgreSQL where <c>ConnectionStrings__mesh</c> is set (a schema per service,
/// several replicas allowed), one SQLite file otherwise (one process; a lock file refuses a second).
/// </summary>
public static class DatabaseRegistration
{
    /// <typeparam name="TDb">What the service uses, through <see cref="IDbContextFactory{TContext}"/>.</typeparam>
    /// <typeparam name="TSqlite">The same model with SQLite's migrations.</typeparam>
    /// <typeparam name="TPostgres">The same model with PostgreSQL's migrations.</typeparam>
    public static WebApplicationBuilder AddMeshDatabase<TDb, TSqlite, TPostgres>(this WebApplicationBuilder builder)
        where TDb : MeshDb
        where TSqlite : TDb
        where TPostgres : TDb
    {
        var identity = builder.MeshIdentity();
        if (builder.Configuration.GetConnectionString("mesh") is { Length: > 0 } connection)
        {
            builder.Services.AddDbContextFactory<TPostgres>(options => options.UsePostgres(connection, identity.Service));
            builder.Services.AddSingleton<IDbContextFactory<TDb>, Upcast<TDb, TPostgres>>();
        }
        else
        {
            var file = Path.Combine(identity.StateFolder, $"{identity.Service}.db");
            builder.Services.AddDbContextFactory<TSqlite>(options => options.UseSqliteFile(file));
            builder.Services.AddSingleton<IDbContextFactory<TDb>, Upcast<TDb, TSqlite>>();
            builder.Services.AddSingleton(_ => new SqliteOwner(file));
        }

        builder.Services.AddSingleton<IDatabaseMigration, DatabaseMigration<TDb>>();
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth<TDb>>("database", HealthStatus.Unhealthy);
        return builder;
    }

    public static DbContextOptionsBuilder UsePostgres(this DbContextOptionsBuilder options, string connection, string schema) =>
        options.UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable("__migrations", schema));

    public static DbContextOptionsBuilder UseSqliteFile(this DbContextOptionsBuilder options, string file) =>
        options.UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ToString()).AddInterceptors(SqlitePragmas.Instance);

    internal static async Task MigrateMeshDatabaseAsync(this IServiceProvider services, CancellationToken cancel)
    {
        if (services.GetService<IDatabaseMigration>() is { } migration)
        {
            await migration.MigrateAsync(cancel);
        }
    }

    private sealed class Upcast<TDb, TProvider>(IDbContextFactory<TProvider> factory) : IDbContextFactory<TDb>
        where TDb : MeshDb
        where TProvider : TDb
    {
        public TDb CreateDbContext() => factory.CreateDbContext();
    }
}

/// <summary>Brings the service's database to the newest migration, before the service listens.</summary>
public interface IDatabaseMigration
{
    Task MigrateAsync(CancellationToken cancel);
}

internal sealed class DatabaseMigration<TDb>(IDbContextFactory<TDb> factory, IServiceProvider services) : IDatabaseMigration
    where TDb : MeshDb
{
    public async Task MigrateAsync(CancellationToken cancel)
    {
        var owner = services.GetService<SqliteOwner>();
        owner?.Take();
        await using var db = await factory.CreateDbContextAsync(cancel);
        if (owner is not null)
        {
            // On SQLite EF's migration lock is a row, which outlives its process and would be waited for without end. The
            // file is ours alone, so whoever wrote the row is dead.
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancel);
        }

        await db.Database.MigrateAsync(cancel);
        // EF completes the model at the first query, and fails one that comes on another thread meanwhile.
        db.Model.GetRelationalModel();
    }
}

internal sealed class DatabaseHealth<TDb>(IDbContextFactory<TDb> factory) : IHealthCheck
    where TDb : MeshDb
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default)
    {
        await using var db = await factory.CreateDbContextAsync(cancel);
        return await db.Database.CanConnectAsync(cancel)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database does not answer.");
    }
}
