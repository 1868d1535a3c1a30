using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Identity.Storage;

public abstract class IdentityDb(DbContextOptions options) : MeshDb(options, "identity")
{
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.Entity<ProjectRow>(row =>
        {
            row.ToTable("projects");
            row.HasKey(p => p.Id);
            row.Property(p => p.Id).HasMaxLength(63);
        });
    }
}

public sealed class SqliteIdentityDb(DbContextOptions<SqliteIdentityDb> options) : IdentityDb(options);

public sealed class PostgresIdentityDb(DbContextOptions<PostgresIdentityDb> options) : IdentityDb(options);

public sealed class SqliteIdentityDesignTime : SqliteDesignTime<SqliteIdentityDb>;

public sealed class PostgresIdentityDesignTime : PostgresDesignTime<PostgresIdentityDb>;
