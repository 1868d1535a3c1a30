using Microsoft.EntityFrameworkCore;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>
/// The base of a service's database. One model for SQLite and PostgreSQL: times are UTC ticks (long), because SQLite can
/// neither order nor compare DateTimeOffset.
/// </summary>
/// <param name="schema">The service's schema in a shared PostgreSQL: "ingest". SQLite has none; there the file is the service's own.</param>
public abstract class MeshDb(DbContextOptions options, string schema) : DbContext(options)
{
    public string Schema => schema;

    public DbSet<RequestRow> Requests => Set<RequestRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        if (Database.IsNpgsql())
        {
            model.HasDefaultSchema(schema);
        }

        model.Entity<RequestRow>(row =>
        {
            row.ToTable("requests");
            row.HasKey(r => new { r.Project, r.RequestId });
            row.Property(r => r.Project).HasMaxLength(63);
            row.Property(r => r.RequestId).HasMaxLength(128);
        });
    }
}
