using Mesh.Trainer.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Xunit;

namespace Mesh.Trainer.Tests.Service;

public class SchemaTests
{
    [Fact]
    public void The_migrations_make_the_whole_model_of_sqlite() => AssertWhole(new SqliteTrainerDesignTime());

    [Fact]
    public void The_migrations_make_the_whole_model_of_postgresql() => AssertWhole(new PostgresTrainerDesignTime());

    private static void AssertWhole<TDb>(IDesignTimeDbContextFactory<TDb> design)
        where TDb : DbContext
    {
        using var db = design.CreateDbContext([]);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.NotEmpty(db.Database.GetMigrations());
    }
}
