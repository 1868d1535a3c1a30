using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Trainer.Storage;

public abstract class TrainerDb(DbContextOptions options) : MeshDb(options, "trainer")
{
    public DbSet<TrainingRunRow> Runs => Set<TrainingRunRow>();

    public DbSet<PinIntentRow> PinIntents => Set<PinIntentRow>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        base.OnModelCreating(model);
        model.AddJobs();
        model.Entity<TrainingRunRow>(row =>
        {
            row.ToTable("training_runs");
            row.HasKey(r => new { r.Project, r.RunId });
            row.Property(r => r.Project).HasMaxLength(63);
            row.Property(r => r.RunId).HasMaxLength(63);
            row.Ignore(r => r.Name);
        });
        model.Entity<PinIntentRow>(row =>
        {
            row.ToTable("pin_intents");
            row.HasKey(i => i.IntentId);
            row.Property(i => i.Project).HasMaxLength(63);
            row.Property(i => i.RunId).HasMaxLength(63);
        });
    }
}

public sealed class SqliteTrainerDb(DbContextOptions<SqliteTrainerDb> options) : TrainerDb(options);

public sealed class PostgresTrainerDb(DbContextOptions<PostgresTrainerDb> options) : TrainerDb(options);

public sealed class SqliteTrainerDesignTime : SqliteDesignTime<SqliteTrainerDb>;

public sealed class PostgresTrainerDesignTime : PostgresDesignTime<PostgresTrainerDb>;
