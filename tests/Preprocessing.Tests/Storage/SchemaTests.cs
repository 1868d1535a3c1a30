using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Preprocessing.Tests.Storage;

public class SchemaTests
{
    [Fact]
    public void The_migrations_make_the_whole_model_of_sqlite() => AssertWhole(new SqlitePreprocessingDesignTime());

    [Fact]
    public void The_migrations_make_the_whole_model_of_postgresql() => AssertWhole(new PostgresPreprocessingDesignTime());

    /// <summary>The first query makes EF complete the model, which it cannot do for two threads at once; services begin with several.</summary>
    [Fact]
    public async Task A_migrated_database_can_be_queried_by_several_at_once()
    {
        using var state = new TemporaryFolder();
        var builder = WebApplication.CreateBuilder(["--MESH_STATE", state.Path]);
        builder.AddMeshDefaults("preprocessing");
        builder.AddPreprocessing();
        await using var app = builder.Build();
        await app.Services.GetRequiredService<IDatabaseMigration>().MigrateAsync(TestContext.Current.CancellationToken);
        await using var db = app.Services.GetRequiredService<IDbContextFactory<PreprocessingDb>>().CreateDbContext();
        Assert.NotNull(db.Model.FindRuntimeAnnotation("Relational:RelationalModel"));
        SqliteConnection.ClearAllPools();
    }

    private static void AssertWhole<TDb>(IDesignTimeDbContextFactory<TDb> design)
        where TDb : DbContext
    {
        using var db = design.CreateDbContext([]);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.NotEmpty(db.Database.GetMigrations());
    }
}
