using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

/// <summary>The tables of partitions, their results and what these are used for.</summary>
internal static class PartitionModel
{
    private const int MaxId = 63;
    private const int MaxName = 512;
    private const int Digest = 64;

    public static void AddPartitions(this ModelBuilder model)
    {
        model.Entity<RunPartitionRow>(row =>
        {
            row.ToTable("run_partitions");
            row.HasKey(p => new { p.RunName, p.Number });
            row.Property(p => p.RunName).HasMaxLength(MaxName);
            row.Property(p => p.Split).HasMaxLength(MaxId);
            row.Property(p => p.Digest).HasMaxLength(Digest);
        });
        model.Entity<RunResultRow>(row =>
        {
            row.ToTable("run_results");
            row.HasKey(r => new { r.RunName, r.Stage, r.Number });
            row.Property(r => r.RunName).HasMaxLength(MaxName);
            row.Property(r => r.Stage).HasMaxLength(MaxId);
            row.Property(r => r.Key).HasMaxLength(Digest);
        });
        model.Entity<PartitionCacheRow>(row =>
        {
            row.ToTable("partition_cache");
            row.HasKey(c => new { c.Project, c.Key });
            row.Property(c => c.Project).HasMaxLength(MaxId);
            row.Property(c => c.Key).HasMaxLength(Digest);
        });
        model.Entity<PartitionUseRow>(row =>
        {
            row.ToTable("partition_uses");
            row.HasKey(u => new { u.Project, u.DatasetId, u.Key });
            row.Property(u => u.Project).HasMaxLength(MaxId);
            row.Property(u => u.DatasetId).HasMaxLength(MaxId);
            row.Property(u => u.Key).HasMaxLength(Digest);
            row.HasIndex(u => new { u.Project, u.Key });
            row.HasOne<ProcessedDatasetRow>().WithMany().HasForeignKey(u => new { u.Project, u.DatasetId }).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
