using System.Data.Common;

namespace Mesh.Jobs.Storage;

internal static class Deadlock
{
    private const string Postgres = "40P01";

    /// <summary>
    /// Whether two transactions waited for each other and this one was given up: all of it was undone and may be tried again.
    /// Only PostgreSQL has them. Job rows are locked in one order; a kind's own rows, which hooks lock, may break it.
    /// </summary>
    public static bool IsDeadlock(this Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException { SqlState: Postgres })
            {
                return true;
            }
        }

        return false;
    }
}
