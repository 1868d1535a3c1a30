using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

public abstract class PreprocessingDb(DbContextOptions options) : MeshDb(options, "preprocessing")
{
    public DbSet<PipelineRow> Pipelines => Set<PipelineRow>();

    public DbSet<PipelineRunRow> Runs => Set<PipelineRunRow>();

    public DbSet<ProcessedDatasetRow> Processed => Set<ProcessedDatasetRow>();

    public DbSet<PinRow> Pins => Set<PinRow>();

    public DbSet<DatasetChangeRow> Changes => Set<DatasetChangeRow>();

    public DbSet<DatasetBlobRow> Blobs => Set<DatasetBlobRow>();

    public DbSet<BlobClaimRow> Claims => Set<BlobClaimRow>();

    public DbSet<RunPartitionRow> RunPartitions => Set<RunPartitionRow>();

    public DbSet<RunResultRow> RunResults => Set<RunResultRow>();

    public DbSet<PartitionCacheRow> PartitionCache => Set<PartitionCacheRow>();

    public DbSet<PartitionUseRow> PartitionUses => Set<PartitionUseRow>();

    public DbSet<TriggerRow> Triggers => Set<TriggerRow>();

    public DbSet<TriggerFiringRow> Firings => Set<TriggerFiringRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddJobs();
        model.Entity<PipelineRow>(row =>
        {
            row.ToTable("pipelines");
            row.HasKey(p => new { p.Project, p.PipelineId });
            row.Property(p => p.Project).HasMaxLength(63);
            row.Property(p => p.PipelineId).HasMaxLength(63);
            row.Ignore(p => p.Name);
        });
        model.Entity<PipelineRunRow>(row =>
        {
            row.ToTable("pipeline_runs");
            row.HasKey(r => new { r.Project, r.PipelineId, r.RunId });
            row.Property(r => r.Project).HasMaxLength(63);
            row.Property(r => r.PipelineId).HasMaxLength(63);
            row.Property(r => r.RunId).HasMaxLength(63);
            row.Ignore(r => r.Name);
            row.HasOne<PipelineRow>().WithMany().HasForeignKey(r => new { r.Project, r.PipelineId }).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<ProcessedDatasetRow>(row =>
        {
            row.ToTable("processed_datasets");
            row.HasKey(d => new { d.Project, d.DatasetId });
            row.Property(d => d.Project).HasMaxLength(63);
            row.Property(d => d.DatasetId).HasMaxLength(63);
            row.HasIndex(d => new { d.Project, d.Key }).IsUnique();
        });
        model.Entity<PinRow>(row =>
        {
            row.ToTable("pins");
            row.HasKey(p => new { p.Project, p.DatasetId, p.Holder });
            row.Property(p => p.Project).HasMaxLength(63);
            row.Property(p => p.DatasetId).HasMaxLength(63);
            row.Property(p => p.Holder).HasMaxLength(512);
            row.HasOne<ProcessedDatasetRow>().WithMany().HasForeignKey(p => new { p.Project, p.DatasetId }).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<DatasetChangeRow>(row =>
        {
            row.ToTable("dataset_changes");
            row.HasKey(c => c.ChangeId);
            row.Property(c => c.Project).HasMaxLength(63);
            row.Property(c => c.DatasetId).HasMaxLength(63);
            row.Property(c => c.DatasetVersion).HasMaxLength(512);
            row.Property(c => c.RunName).HasMaxLength(512);
        });
        model.AddBlobs();
        model.AddPartitions();
        model.AddTriggers();
    }
}

public sealed class SqlitePreprocessingDb(DbContextOptions<SqlitePreprocessingDb> options) : PreprocessingDb(options);

public sealed class PostgresPreprocessingDb(DbContextOptions<PostgresPreprocessingDb> options) : PreprocessingDb(options);

public sealed class SqlitePreprocessingDesignTime : SqliteDesignTime<SqlitePreprocessingDb>;

public sealed class PostgresPreprocessingDesignTime : PostgresDesignTime<PostgresPreprocessingDb>;
