using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Mesh.Jobs.Tests.Groups;

/// <summary>Ends the service, as far as its database can tell, before or after one of its commits: from then on nothing is committed until it is started again.</summary>
internal sealed class CrashAtCommit : DbTransactionInterceptor
{
    private int _commits;
    private int _at;
    private bool _after;

    public bool Dead { get; private set; }

    /// <param name="at">Which commit from now on, from 1.</param>
    public void Arm(int at, bool after) => (_commits, _at, _after, Dead) = (0, at, after, false);

    public void Restart() => (_at, Dead) = (0, false);

    public override ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData data, InterceptionResult result, CancellationToken cancel = default)
    {
        _commits++;
        Dead |= _commits == _at && !_after;
        return Dead ? throw new CrashException() : ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData data, CancellationToken cancel = default)
    {
        Dead |= _commits == _at;
        return Dead ? throw new CrashException() : Task.CompletedTask;
    }
}

internal sealed class CrashException() : Exception("The service is dead.");
