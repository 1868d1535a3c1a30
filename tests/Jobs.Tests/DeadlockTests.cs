using Mesh.Jobs.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mesh.Jobs.Tests;

/// <summary>Transactions that wait for each other, which only PostgreSQL has.</summary>
public class DeadlockTests
{
    [Fact]
    public async Task Two_changes_that_wait_for_each_other_are_both_made()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Postgres);
        var (a, b) = (await rig.AddAsync("a"), await rig.AddAsync("b"));
        using var both = new Barrier(2);
        var tries = 0;
        await Task.WhenAll(Task.Run(() => ChangeAsync(a, b), StoreRig.Cancel), Task.Run(() => ChangeAsync(b, a), StoreRig.Cancel));
        Assert.Equal(3, tries);
        // Raised by its own change and by the other's.
        Assert.Equal((2, 2), ((await rig.GetAsync(a)).Revision, (await rig.GetAsync(b)).Revision));

        Task ChangeAsync(JobRow first, JobRow second)
        {
            var met = false;
            return rig.Transactions.ChangeAsync(
                first.Name,
                _ => true,
                async (db, _) =>
                {
                    Interlocked.Increment(ref tries);
                    if (!met)
                    {
                        met = true;
                        both.SignalAndWait(StoreRig.Cancel);
                    }

                    await db.Jobs().Where(j => j.Name == second.Name).ExecuteUpdateAsync(set => set.SetProperty(j => j.Revision, j => j.Revision + 1), StoreRig.Cancel);
                },
                StoreRig.Cancel);
        }
    }
}
