using CsCheck;
using Mesh.Preprocessing.Splitting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

public class EqualRecordsTests
{
    // Hashes that share their first bytes, and some that are the same.
    private static readonly Gen<UInt128> Hash = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 20]).Select((high, low) => ((UInt128)high << 120) | (UInt128)low);

    [Fact]
    public void Each_record_that_is_equal_to_an_earlier_one_is_found_with_the_first() => Hash.Array[0, 2000].Sample(hashes =>
    {
        using var folder = new TemporaryFolder();
        using var equal = new EqualRecords(folder.File("equal"));
        // In another order than that of the numbers.
        foreach (var i in Enumerable.Range(0, hashes.Length).OrderBy(i => (i * 7919L) % 2003))
        {
            equal.Add(hashes[i], i * 3L);
        }

        var expected = hashes.Select((hash, i) => (First: Array.IndexOf(hashes, hash) * 3L, Later: i * 3L)).Where(p => p.First != p.Later);
        Assert.Equal(expected, equal.Pairs().OrderBy(p => p.Later));
        Assert.Equal(equal.Pairs().ToList(), equal.Pairs().ToList());
    }, iter: 30);

    [Fact]
    public void Its_files_go_with_it()
    {
        using var folder = new TemporaryFolder();
        using (var equal = new EqualRecords(folder.File("equal")))
        {
            equal.Add(1, 0);
            Assert.Single(Directory.GetFiles(folder.File("equal")));
        }

        Assert.False(Directory.Exists(folder.File("equal")));
    }
}
