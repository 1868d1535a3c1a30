using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>Runs a test once on each database; PostgreSQL is a real server.</summary>
public sealed class EachDatabaseAttribute : DataAttribute
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    /// <summary>For tests that take long: both databases in full runs only.</summary>
    public bool OneInShortRuns { get; set; }

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. (OneInShortRuns && !IsFull ? [DatabaseKind.Postgres] : Enum.GetValues<DatabaseKind>()).Select(kind => new TheoryDataRow<DatabaseKind>(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
