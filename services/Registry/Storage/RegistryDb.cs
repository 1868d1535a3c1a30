using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Storage;

/// <summary>
/// Models, versions, aliases, deployments and the serving replicas. The foreign keys restrict: the database itself refuses
/// to drop a version that an alias or a deployment names.
/// </summary>
public abstract class RegistryDb(DbContextOptions options) : MeshDb(options, "registry")
{
    public DbSet<ModelRow> Models => Set<ModelRow>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<AliasRow> Aliases => Set<AliasRow>();

    public DbSet<DeploymentRow> Deployments => Set<DeploymentRow>();

    public DbSet<ReplicaRow> Replicas => Set<ReplicaRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddUploads();
        model.Entity<ModelRow>(row =>
        {
            row.ToTable("models");
            row.HasKey(m => new { m.Project, m.Id });
            row.Property(m => m.Project).HasMaxLength(63);
            row.Property(m => m.Id).HasMaxLength(63);
        });
        model.Entity<VersionRow>(row =>
        {
            row.ToTable("versions");
            row.HasKey(v => new { v.Project, v.ModelId, v.Version });
            row.HasOne<ModelRow>().WithMany().HasForeignKey(v => new { v.Project, v.ModelId }).OnDelete(DeleteBehavior.Restrict);
            row.HasIndex(v => new { v.Project, v.BundleSha256 });
            row.Property(v => v.BundleSha256).HasMaxLength(64);
            row.Property(v => v.Facts).HasConversion(new ProtoJson<ModelVersion>());
            row.Property(v => v.Files).HasConversion(new JsonList<BundleFile>(), new JsonListComparer<BundleFile>());
        });
        model.Entity<AliasRow>(row =>
        {
            row.ToTable("aliases");
            row.HasKey(a => new { a.Project, a.ModelId, a.Alias });
            row.HasOne<VersionRow>().WithMany().HasForeignKey(a => new { a.Project, a.ModelId, a.Version }).OnDelete(DeleteBehavior.Restrict);
            row.Property(a => a.Alias).HasMaxLength(63);
        });
        model.Entity<DeploymentRow>(row =>
        {
            row.ToTable("deployments");
            row.HasKey(d => new { d.Project, d.Id });
            row.HasOne<ModelRow>().WithMany().HasForeignKey(d => new { d.Project, d.ModelId }).OnDelete(DeleteBehavior.Restrict);
            // One of the two is null, and a foreign key with a null part is not checked.
            row.HasOne<AliasRow>().WithMany().HasForeignKey(d => new { d.Project, d.ModelId, d.Alias }).OnDelete(DeleteBehavior.Restrict);
            row.HasOne<VersionRow>().WithMany().HasForeignKey(d => new { d.Project, d.ModelId, d.Version }).OnDelete(DeleteBehavior.Restrict);
            row.Property(d => d.Project).HasMaxLength(63);
            row.Property(d => d.Id).HasMaxLength(63);
        });
        model.Entity<ReplicaRow>(row =>
        {
            row.ToTable("serving_replicas");
            row.HasKey(r => r.ReplicaId);
            row.Property(r => r.ReplicaId).HasMaxLength(128);
            row.Property(r => r.Owner).HasMaxLength(32);
            // Two processes never overwrite each other's row: the second sees that it lost, and reads again.
            row.Property(r => r.Beat).IsConcurrencyToken();
        });
    }
}

public sealed class SqliteRegistryDb(DbContextOptions<SqliteRegistryDb> options) : RegistryDb(options);

public sealed class PostgresRegistryDb(DbContextOptions<PostgresRegistryDb> options) : RegistryDb(options);

public sealed class SqliteRegistryDesignTime : SqliteDesignTime<SqliteRegistryDb>;

public sealed class PostgresRegistryDesignTime : PostgresDesignTime<PostgresRegistryDb>;
