using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Jobs.Storage;

/// <summary>The table of jobs in a service's own database, so that a job and the service's rows change in one transaction.</summary>
public static class JobsModel
{
    /// <summary>Call it in OnModelCreating.</summary>
    public static void AddJobs(this ModelBuilder model) => model.Entity<JobRow>(row =>
    {
        row.ToTable("jobs");
        row.HasKey(j => j.Name);
        row.Property(j => j.Name).HasMaxLength(512);
        row.Property(j => j.ParentName).HasMaxLength(512);
        row.Property(j => j.PartStage).HasMaxLength(63);
        row.Property(j => j.Kind).HasMaxLength(63);
        row.Property(j => j.Project).HasMaxLength(63);
        row.HasIndex(j => new { j.State, j.TurnTicks });
        row.HasIndex(j => new { j.ParentName, j.State });
        // A group takes its parts with it.
        row.HasOne<JobRow>().WithMany().HasForeignKey(j => j.ParentName).OnDelete(DeleteBehavior.Cascade);
        row.Ignore(j => j.IsTerminal);
        row.Ignore(j => j.Part);
        row.Ignore(j => j.Resources);
    });

    /// <summary>The jobs of this database, to query and to join.</summary>
    public static DbSet<JobRow> Jobs(this MeshDb db) => db.Set<JobRow>();

    /// <summary>Those that have not ended. A group is among them from its creation to the end of its last worker.</summary>
    public static IQueryable<JobRow> Active(this IQueryable<JobRow> jobs) =>
        jobs.Where(j => j.State != JobState.Succeeded && j.State != JobState.Failed && j.State != JobState.Cancelled);

    internal static IQueryable<JobRow> PartsOf(this MeshDb db, string group) => db.Jobs().Where(j => j.ParentName == group);
}
