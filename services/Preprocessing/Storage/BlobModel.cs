using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

/// <summary>The tables of what keeps blobs alive.</summary>
internal static class BlobModel
{
    private const int MaxId = 63;
    private const int MaxName = 512;
    private const int Digest = 64;

    public static void AddBlobs(this ModelBuilder model)
    {
        model.Entity<DatasetBlobRow>(row =>
        {
            row.ToTable("dataset_blobs");
            row.HasKey(b => new { b.Project, b.DatasetId, b.Digest });
            row.Property(b => b.Project).HasMaxLength(MaxId);
            row.Property(b => b.DatasetId).HasMaxLength(MaxId);
            row.Property(b => b.Digest).HasMaxLength(Digest);
            row.HasIndex(b => new { b.Project, b.Digest });
            row.HasOne<ProcessedDatasetRow>().WithMany().HasForeignKey(b => new { b.Project, b.DatasetId }).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<BlobClaimRow>(row =>
        {
            row.ToTable("blob_claims");
            row.HasKey(c => c.ClaimId);
            row.Property(c => c.Project).HasMaxLength(MaxId);
            row.Property(c => c.Digest).HasMaxLength(Digest);
            row.Property(c => c.RunName).HasMaxLength(MaxName);
            row.HasIndex(c => new { c.Project, c.Digest });
            row.HasIndex(c => new { c.RunName, c.DeletingTicks, c.ClaimId });
        });
    }
}
