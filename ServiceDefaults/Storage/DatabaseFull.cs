using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>Tells a database that has no room left from other failures, on both databases.</summary>
internal static class DatabaseFull
{
    /// <summary>SQLITE_FULL</summary>
    private const int SqliteFull = 13;

    public static bool Is(Exception e)
    {
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is SqliteException { SqliteErrorCode: SqliteFull } or PostgresException { SqlState: PostgresErrorCodes.DiskFull })
            {
                return true;
            }
        }

        return false;
    }
}
