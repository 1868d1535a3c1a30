using CsCheck;
using Mesh.Ingest.Versions.Comparing;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Ingest.V1.DiffDatasetVersionsResponse.Types;

namespace Mesh.Ingest.Tests.Versions;

/// <summary>Records by key and content; of the keys, the first byte says in which bucket they lie.</summary>
public sealed class RecordChangesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void What_both_have_is_unchanged_and_the_rest_of_a_key_pairs_up()
    {
        using var folder = new TemporaryFolder();
        // Key 1: "a" is in both, "b" became "c", one "a" more. Key 2: gone, twice. Key 3: new.
        var changes = Compare(folder, most: 100, "1a0 1b1 2a2 2a3", "1a0 1c1 1a2 3a3");
        Assert.Equal(new Totals { Unchanged = 1, Changed = 1, Added = 2, Removed = 2 }, changes.Totals);
        Assert.Equal(
            [(Change.Changed, "0", "1"), (Change.Added, "1", ""), (Change.Removed, "", "2"), (Change.Removed, "", "3"), (Change.Added, "3", "")],
            changes.First.Select(c => (c.Change, c.Source, c.BaseSource)));
    }

    [Fact]
    public void As_many_changes_are_named_as_asked_for_and_all_are_counted()
    {
        using var folder = new TemporaryFolder();
        var changes = Compare(folder, most: 3, "", "1a0 1a1 2b2 2b3 2b4");
        Assert.Equal(5, changes.Totals.Added);
        Assert.Equal(["0", "1", "2"], changes.First.Select(c => c.Source));
    }

    [Fact]
    public void Totals_agree_with_pairing_by_hand()
    {
        using var folder = new TemporaryFolder();
        var records = Gen.Select(Gen.Int[1, 3], Gen.Char['a', 'c'], (key, content) => $"{key}{content}").Array[0, 12];
        Gen.Select(records, records, Gen.Int[0, 8]).Sample((before, now, most) =>
        {
            var changes = Compare(folder, most, Numbered(before), Numbered(now));
            // What is left of both sides, once each record was struck out with an equal one of the other.
            var (left, right) = (before.ToList(), now.ToList());
            var same = now.Count(left.Remove);
            before.ToList().ForEach(r => right.Remove(r));
            var changed = Enumerable.Range(1, 3).Sum(key => Math.Min(left.Count(r => r[0] == '0' + key), right.Count(r => r[0] == '0' + key)));
            Assert.Equal(new Totals { Unchanged = same, Changed = changed, Added = right.Count - changed, Removed = left.Count - changed }, changes.Totals);

            Assert.Equal(Math.Min(most, changed + right.Count - changed + left.Count - changed), changes.First.Count);
            foreach (var change in changes.First)
            {
                var (is_, was) = (At(now, change.Source), At(before, change.BaseSource));
                Assert.Equal(change.Change, was is null ? Change.Added : is_ is null ? Change.Removed : Change.Changed);
                Assert.True(is_ is null || was is null || is_[0] == was[0] && is_ != was);
            }
        }, iter: 500);

        static string Numbered(string[] records) => string.Join(' ', records.Select((r, i) => r + i));
        static string? At(string[] records, string source) => source.Length == 0 ? null : records[int.Parse(source)];
    }

    /// <param name="before">Key, content and source of each record.</param>
    private static RecordChanges Compare(TemporaryFolder folder, int most, string before, string now)
    {
        using var buckets = new HashBuckets(folder.Path);
        foreach (var (records, isBase) in new[] { (before, true), (now, false) })
        {
            foreach (var record in records.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                buckets.Add(new HashedRecord((UInt128)(record[0] / 2) << 120 | record[0], record[1], isBase, record[2..]));
            }
        }

        var changes = new RecordChanges(most);
        foreach (var bucket in buckets.Buckets())
        {
            changes.Add(bucket, Cancel);
        }

        return changes;
    }
}
