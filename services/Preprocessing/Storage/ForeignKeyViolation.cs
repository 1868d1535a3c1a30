using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Mesh.Preprocessing.Storage;

/// <summary>Tells that a row is still referred to from other failures, on both databases.</summary>
internal static class ForeignKeyViolation
{
    private const int SqliteForeignKey = 787;

    /// <summary>SQLite carries ON DELETE RESTRICT out by a trigger.</summary>
    private const int SqliteTrigger = 1811;

    public static bool IsForeignKeyViolation(this DbException e) => e switch
    {
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation } => true,
        SqliteException { SqliteExtendedErrorCode: SqliteForeignKey or SqliteTrigger } => true,
        _ => false,
    };
}
