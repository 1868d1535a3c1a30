using Mesh.Registry.Storage;
using Mesh.Registry.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mesh.Registry.Tests.Storage;

public sealed class SchemaTests
{
    [Theory, EachDatabase]
    public async Task The_migrations_make_the_whole_model(DatabaseKind database)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await using var db = await host.Services.GetRequiredService<IDbContextFactory<RegistryDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(TestContext.Current.CancellationToken));
    }
}
