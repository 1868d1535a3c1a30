using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Storage;

/// <summary>The tables of triggers. Changes of two replicas at once exclude each other by what is seen, and by a firing's state.</summary>
internal static class TriggerModel
{
    private const int MaxId = 63;
    private const int MaxName = 512;

    public static void AddTriggers(this ModelBuilder model)
    {
        model.Entity<TriggerRow>(row =>
        {
            row.ToTable("triggers");
            row.HasKey(t => t.Id);
            row.Property(t => t.Project).HasMaxLength(MaxId);
            row.Property(t => t.PipelineId).HasMaxLength(MaxId);
            row.Property(t => t.TriggerId).HasMaxLength(MaxId);
            row.Property(t => t.SeenVersion).IsConcurrencyToken();
            row.Ignore(t => t.Name);
            row.HasIndex(t => new { t.Project, t.PipelineId, t.TriggerId }).IsUnique();
            row.HasOne<PipelineRow>().WithMany().HasForeignKey(t => new { t.Project, t.PipelineId }).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<TriggerFiringRow>(row =>
        {
            row.ToTable("trigger_firings");
            row.HasKey(f => f.Id);
            row.Property(f => f.State).IsConcurrencyToken();
            row.Property(f => f.RunName).HasMaxLength(MaxName);
            row.Property(f => f.TrainingRun).HasMaxLength(MaxName);
            row.HasIndex(f => new { f.TriggerId, f.Version }).IsUnique();
            row.HasIndex(f => new { f.State, f.NotBeforeTicks });
            row.HasIndex(f => f.RunName);
            row.HasOne<TriggerRow>().WithMany().HasForeignKey(f => f.TriggerId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
