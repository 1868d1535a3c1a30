using Mesh.Ingest.Imports;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Storage;

/// <summary>Uploads, imports, datasets, versions with their files and tags, pins.</summary>
public abstract class IngestDb(DbContextOptions options) : MeshDb(options, "ingest")
{
    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    public DbSet<DeletedDatasetRow> DeletedDatasets => Set<DeletedDatasetRow>();

    public DbSet<VersionRow> Versions => Set<VersionRow>();

    public DbSet<VersionFileRow> Files => Set<VersionFileRow>();

    /// <summary>Of versions that are ready.</summary>
    public DbSet<VersionDetailsRow> Details => Set<VersionDetailsRow>();

    public DbSet<VersionTagRow> Tags => Set<VersionTagRow>();

    public DbSet<PinRow> Pins => Set<PinRow>();

    public DbSet<UploadRow> Uploads => Set<UploadRow>();

    public DbSet<ImportRow> Imports => Set<ImportRow>();

    public DbSet<ImportFileRow> ImportFiles => Set<ImportFileRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddUploads();
        model.AddImports();
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
        model.Entity<DeletedDatasetRow>(row =>
        {
            row.ToTable("deleted_datasets");
            row.HasKey(d => new { d.Project, d.DatasetId });
            row.Property(d => d.Project).HasMaxLength(63);
            row.Property(d => d.DatasetId).HasMaxLength(63);
        });
        model.Entity<VersionRow>(row =>
        {
            row.ToTable("versions");
            row.HasKey(v => new { v.Project, v.DatasetId, v.Version });
            row.HasOne<DatasetRow>().WithMany().HasForeignKey(v => new { v.Project, v.DatasetId }).OnDelete(DeleteBehavior.Restrict);
            row.HasIndex(v => new { v.State, v.LeaseUntilTicks });
            row.HasIndex(v => new { v.Project, v.QuarantineSha256 });
            row.HasIndex(v => v.LastReadTicks);
            row.Property(v => v.LeaseOwner).HasMaxLength(64);
            row.Property(v => v.Notes).HasMaxLength(16 * 1024);
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
            row.HasIndex(f => new { f.Project, f.SizeBytes });
            row.Property(f => f.Path).HasMaxLength(UploadFileName.MaxLength);
            row.Property(f => f.Sha256).HasMaxLength(64);
        });
        model.Entity<VersionDetailsRow>(row =>
        {
            row.ToTable("version_details");
            row.HasKey(r => new { r.Project, r.DatasetId, r.Version });
            row.HasOne<VersionRow>().WithOne().HasForeignKey<VersionDetailsRow>(r => new { r.Project, r.DatasetId, r.Version }).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<VersionTagRow>(row =>
        {
            row.ToTable("version_tags");
            row.HasKey(t => new { t.Project, t.DatasetId, t.Tag });
            row.HasOne<VersionRow>().WithMany().HasForeignKey(t => new { t.Project, t.DatasetId, t.Version }).OnDelete(DeleteBehavior.Cascade);
            row.Property(t => t.Tag).HasMaxLength(63);
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
