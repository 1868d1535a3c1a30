using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads.Tests;

/// <summary>A service's database with uploads and one resource that uses their blobs.</summary>
public sealed class UploadsDb(DbContextOptions<UploadsDb> options) : MeshDb(options, "uploads")
{
    public DbSet<UserRow> Users => Set<UserRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddUploads();
        model.Entity<UserRow>().HasKey(u => new { u.Project, u.Sha256 });
    }
}

public sealed class UserRow
{
    public required string Project { get; init; }

    public required string Sha256 { get; init; }

    public long Bytes { get; init; }
}

public sealed class UserReferences : IBlobReferences<UploadsDb>
{
    public Task<bool> IsReferencedAsync(UploadsDb db, string project, string sha256, CancellationToken cancel) =>
        db.Users.AnyAsync(u => u.Project == project && u.Sha256 == sha256, cancel);

    public Task<bool> HasSizeAsync(UploadsDb db, string project, long bytes, CancellationToken cancel) =>
        db.Users.AnyAsync(u => u.Project == project && u.Bytes == bytes, cancel);
}
