using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads;

/// <summary>The tables of uploads; a service's OnModelCreating adds them.</summary>
public static class UploadModel
{
    public static void AddUploads(this ModelBuilder model)
    {
        model.Entity<UploadRow>(row =>
        {
            row.ToTable("uploads");
            row.HasKey(u => new { u.Project, u.UploadId });
            row.HasIndex(u => new { u.Project, u.Sha256 });
            row.HasIndex(u => new { u.Project, u.StoredBytes });
            row.Property(u => u.Project).HasMaxLength(63);
            row.Property(u => u.UploadId).HasMaxLength(63);
            row.Property(u => u.FileName).HasMaxLength(UploadFileName.MaxLength);
            row.Property(u => u.Sha256).HasMaxLength(64);
            row.Property(u => u.FinishingSha256).HasMaxLength(64);
            row.Property(u => u.AnnouncedSha256).HasMaxLength(64);
            row.Property(u => u.StagingFolder).HasMaxLength(32);
            row.Property(u => u.Creator).HasMaxLength(256);
        });
        model.Entity<ReleasedBlobRow>(row =>
        {
            row.ToTable("released_blobs");
            row.HasKey(b => b.ReleaseId);
            row.HasIndex(b => b.Project);
            row.Property(b => b.ReleaseId).ValueGeneratedNever();
            row.Property(b => b.Project).HasMaxLength(63);
            row.Property(b => b.Sha256).HasMaxLength(64);
        });
    }
}
