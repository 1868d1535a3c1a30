using Mesh.Ingest.Storage;
using Mesh.Ingest.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Ingest.Tests.Storage;

public sealed class SchemaTests
{
    [Theory, EachDatabase]
    public async Task The_migrations_make_the_whole_model(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<IngestDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(TestContext.Current.CancellationToken));
    }
}
