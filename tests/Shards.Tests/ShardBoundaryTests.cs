using CsCheck;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests;

public sealed class ShardBoundaryTests : IDisposable
{
    private static readonly ShardSchema Images = new(new ShardColumn("image", ElementType.UInt8, 28, 28), new ShardColumn("label", ElementType.Int64));

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_same_rows_give_the_same_files_however_they_are_appended()
    {
        Gen.Select(Table.Gen1To4Columns, Gen.Int[1, 70].Array[1, 5]).Sample(
            (table, pieces) =>
            {
                var maxBytes = 6_000 + table.Schema.RowBytes;
                var whole = table.Write(NewFolder(), maxBytes);
                var pieced = table.Write(NewFolder(), maxBytes, pieces);
                Assert.Equal(whole.Select(file => Path.GetFileName(file.Path)), pieced.Select(file => Path.GetFileName(file.Path)));
                Assert.Equal(whole.Select(Bytes), pieced.Select(Bytes));
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void No_file_is_larger_than_the_bound_and_all_but_the_last_are_full()
    {
        Gen.Select(Table.Gen1To4Columns, Gen.Int[6_000, 50_000]).Sample(
            (table, extra) =>
            {
                var layout = table.Layout(table.Schema.RowBytes + extra);
                var files = table.Write(NewFolder(), layout.MaxBytes);
                Assert.All(files, file => Assert.InRange(file.Bytes, 0, layout.MaxBytes));
                Assert.All(files.SkipLast(1), file => Assert.Equal(layout.ShardRows, file.Rows));
                Assert.Equal(Math.Max(1, (table.Rows + layout.ShardRows - 1) / layout.ShardRows), files.Count);
                Assert.Equal(table.Rows, files.Sum(file => file.Rows));
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void The_default_bound_is_256_MiB()
    {
        var layout = new ShardLayout(Images);
        Assert.Equal(4096, layout.BatchRows);
        // 4096 rows of 784 + 8 bytes, and a message below 1 KiB: 82 batches fit, 83 do not.
        Assert.Equal(82 * 4096, layout.ShardRows);
        Assert.Throws<ArgumentException>(() => new ShardLayout(new ShardSchema(new ShardColumn("x", ElementType.Float64, 1 << 25))));
        Assert.Equal(1, new ShardLayout(new ShardSchema(new ShardColumn("x", ElementType.Float64, 1 << 24))).BatchRows);
    }

    [Fact]
    public void A_row_as_large_as_a_batch_is_its_own()
    {
        var table = Table.Random(new ShardSchema(new ShardColumn("x", ElementType.Float32, 3, 1024, 1024)), 5);
        var files = table.Write(NewFolder(), maxBytes: 30 << 20);
        Assert.Equal([2L, 2L, 1L], files.Select(file => file.Rows));
        using var reader = ShardReader.Open(files[0].Path);
        Assert.Equal(2, reader.BatchCount);
    }

    [Fact]
    public void Bytes_do_not_change_from_one_release_to_the_next()
    {
        // A change here is a new format: raise format_version, and keep reading this one.
        var file = Table.Random(Images, 3, seed: 7).Write(NewFolder())[0];
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.Path)));
        Assert.Equal("7d9e9666b25fc304a4b4c7b339603c9f9b1b2b87805ae5d13cbd95c2ca398233", hash);
    }

    [Fact]
    public void A_writer_that_is_given_up_leaves_nothing()
    {
        var target = NewFolder();
        Directory.CreateDirectory(target);
        var table = Table.Random(Images, 50);
        using (var writer = new RollingShardWriter(target, new ShardLayout(Images, maxBytes: 20_000)))
        {
            writer.Append(50, table.Slice(0, 50));
            Assert.NotEmpty(writer.Files);
        }
        Assert.Empty(Directory.GetFiles(target));
    }

    [Fact]
    public void Columns_that_do_not_fit_the_schema_are_refused()
    {
        using var output = new MemoryStream();
        var writer = new ShardWriter(output, new ShardLayout(Images, maxBytes: 100_000));
        Assert.Throws<ArgumentException>(() => writer.Append(1, new byte[784]));
        Assert.Throws<ArgumentException>(() => writer.Append(1, new byte[784], new byte[7]));
        Assert.Throws<ArgumentException>(() => writer.Append(2, new byte[784], new byte[8]));
        Assert.Equal(0, writer.Rows);
        writer.Finish();
        Assert.Throws<InvalidOperationException>(() => writer.Append(1, new byte[784], new byte[8]));
    }

    [Fact]
    public void Columns_and_schemas_are_validated()
    {
        Assert.Throws<ArgumentException>(() => new ShardColumn("", ElementType.UInt8));
        Assert.Throws<ArgumentException>(() => new ShardColumn("x", ElementType.UInt8, 0));
        Assert.Throws<ArgumentException>(() => new ShardColumn("x", ElementType.UInt8, int.MaxValue, int.MaxValue, int.MaxValue));
        Assert.Throws<ArgumentException>(() => new ShardSchema());
        Assert.Throws<ArgumentException>(() => new ShardSchema(new ShardColumn("x", ElementType.UInt8), new ShardColumn("x", ElementType.Int8)));
        Assert.Equal(new ShardColumn("x", ElementType.Float32, 2, 3), new ShardColumn("x", ElementType.Float32, 2, 3));
        Assert.NotEqual(new ShardColumn("x", ElementType.Float32, 2, 3), new ShardColumn("x", ElementType.Float32, 3, 2));
    }

    public void Dispose() => folder.Dispose();

    private string NewFolder() => folder.File(Guid.NewGuid().ToString("N"));

    private static byte[] Bytes(ShardFile file) => File.ReadAllBytes(file.Path);
}
