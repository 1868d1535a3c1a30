using Mesh.Jobs.Storage;
using Mesh.Jobs.TestService.Storage;
using Mesh.ServiceDefaults.Storage;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>Looks into the SQLite file of a service that runs in another process; reads only.</summary>
internal sealed class CountingView(TemporaryFolder state) : IAsyncDisposable
{
    private readonly SqliteCountingDb _db = new(
        ((DbContextOptionsBuilder<SqliteCountingDb>)new DbContextOptionsBuilder<SqliteCountingDb>().UseSqliteFile(state.File("counting", "counting.db"))).Options);

    public Task<JobRow?> FindAsync(string name) =>
        _db.Jobs().AsNoTracking().SingleOrDefaultAsync(j => j.Name == name, TestContext.Current.CancellationToken);

    public Task<JobRow> GetAsync(string name) =>
        _db.Jobs().AsNoTracking().SingleAsync(j => j.Name == name, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _db.DisposeAsync();
}
