using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Storage;

/// <summary>Uploads, datasets, versions with their files, pins.</summary>
public abstract class IngestDb(DbContextOptions options) : MeshDb(options, "ingest")
{
    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<VersionFileRow> Files => Set<VersionFileRow>();

    /// <summary>Of versions that are ready.</summary>
    public DbSet<VersionDetailsRow> Details => Set<VersionDetailsRow>();

    public DbSet<PinRow> Pins => Set<PinRow>();

    public DbSet<UploadRow> Uploads => Set<UploadRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddUploads();
        model.Entity<DatasetRow>(row =>
        {
            row.ToTable("datasets");
            row.HasKey(d => new { d.Project, d.DatasetId });
            row.Property(d => d.Project).HasMaxLength(63);
            row.Property(d => d.DatasetId).HasMaxLength(63);
            row.Property(d => d.DisplayName).HasMaxLength(256);
            row.Property(d => d.Description).HasMaxLength(4096);
            row.Property(d => d.Creator).HasMaxLength(256);
        });
        model.Entity<VersionRow>(row =>
        {
            row.ToTable("versions");
            row.HasKey(v => new { v.Project, v.DatasetId, v.Version });
            row.HasOne<DatasetRow>().WithMany().HasForeignKey(v => new { v.Project, v.DatasetId }).OnDelete(DeleteBehavior.Restrict);
            row.HasIndex(v => new { v.State, v.LeaseUntilTicks });
            row.HasIndex(v => new { v.Project, v.QuarantineSha256 });
            row.Property(v => v.LeaseOwner).HasMaxLength(64);
            row.Property(v => v.Stage).HasMaxLength(64);
            row.Property(v => v.ErrorReason).HasMaxLength(64);
            row.Property(v => v.Creator).HasMaxLength(256);
            row.Property(v => v.Digest).HasMaxLength(64);
            row.Property(v => v.QuarantineSha256).HasMaxLength(64);
        });
        model.Entity<VersionFileRow>(row =>
        {
            row.ToTable("version_files");
            row.HasKey(f => new { f.Project, f.DatasetId, f.Version, f.Path });
            row.HasOne<VersionRow>().WithMany().HasForeignKey(f => new { f.Project, f.DatasetId, f.Version }).OnDelete(DeleteBehavior.Cascade);
            row.HasIndex(f => new { f.Project, f.Sha256 });
            row.Property(f => f.Path).HasMaxLength(UploadFileName.MaxLength);
            row.Property(f => f.Sha256).HasMaxLength(64);
        });
        model.Entity<VersionDetailsRow>(row =>
        {
            row.ToTable("version_details");
            row.HasKey(r => new { r.Project, r.DatasetId, r.Version });
            row.HasOne<VersionRow>().WithOne().HasForeignKey<VersionDetailsRow>(r => new { r.Project, r.DatasetId, r.Version }).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<PinRow>(row =>
        {
            row.ToTable("pins");
            row.HasKey(p => new { p.Project, p.DatasetId, p.Version, p.Holder });
            row.HasOne<VersionRow>().WithMany().HasForeignKey(p => new { p.Project, p.DatasetId, p.Version }).OnDelete(DeleteBehavior.Restrict);
            row.Property(p => p.Holder).HasMaxLength(512);
        });
    }
}

public sealed class SqliteIngestDb(DbContextOptions<SqliteIngestDb> options) : IngestDb(options);

public sealed class PostgresIngestDb(DbContextOptions<PostgresIngestDb> options) : IngestDb(options);

public sealed class SqliteIngestDesignTime : SqliteDesignTime<SqliteIngestDb>;

public sealed class PostgresIngestDesignTime : PostgresDesignTime<PostgresIngestDb>;
