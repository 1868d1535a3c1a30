using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Jobs.TestService.Storage;

public abstract class CountingDb(DbContextOptions options) : MeshDb(options, "counting")
{
    public DbSet<CountRow> Counts => Set<CountRow>();

    public DbSet<EndRow> Ends => Set<EndRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddJobs();
        model.Entity<CountRow>(row => row.ToTable("counts").HasKey(c => new { c.Job, c.Number }));
        model.Entity<EndRow>(row => row.ToTable("ends").HasKey(e => e.Job));
    }
}

public sealed class CountRow
{
    public required string Job { get; init; }

    public required long Number { get; init; }

    public required int Attempt { get; init; }
}

public sealed class EndRow
{
    public required string Job { get; init; }

    public required string State { get; init; }

    public required int Attempt { get; init; }
}

public sealed class SqliteCountingDb(DbContextOptions<SqliteCountingDb> options) : CountingDb(options);

public sealed class PostgresCountingDb(DbContextOptions<PostgresCountingDb> options) : CountingDb(options);

public sealed class SqliteCountingDesignTime : SqliteDesignTime<SqliteCountingDb>;

public sealed class PostgresCountingDesignTime : PostgresDesignTime<PostgresCountingDb>;
