using CsCheck;
using Mesh.Shards.Arrow;
using Mesh.Tests.Shared;

namespace Mesh.Shards.Tests;

public sealed class HostileShardTests : IDisposable
{
    private static readonly ShardSchema Schema = new(new ShardColumn("x", ElementType.UInt8, 2, 2), new ShardColumn("label", ElementType.Int64));

    private readonly TemporaryFolder folder = new();
    private readonly byte[] sound;
    private int accepted;

    public HostileShardTests() => sound = File.ReadAllBytes(Table.Random(Schema, 20).Write(folder.Path, maxBytes: 4_000)[0].Path);

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < sound.Length; length++)
        {
            var failure = Assert.Throws<ShardFormatException>(() => Use(sound[..length]));
            Assert.Contains("hostile.arrow is not a valid shard", failure.Message);
            Assert.DoesNotContain(folder.Path, failure.Message);
        }
    }

    [Fact]
    public void Every_changed_byte_is_refused_or_harmless()
    {
        for (var at = 0; at < sound.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0x80, 0xFF, (byte)(sound[at] ^ 1), (byte)(sound[at] + 8) })
            {
                var bytes = sound.ToArray();
                bytes[at] = value;
                UseOrRefuse(bytes);
            }
        }
    }

    [Fact]
    public void Random_changes_are_refused_or_harmless()
    {
        var edit = Gen.Select(Gen.Int[0, sound.Length - 8], Gen.OneOf(
            Gen.Byte.Array[1, 8],
            Gen.Long.Select(BitConverter.GetBytes),
            Gen.OneOf(new[] { int.MaxValue, int.MinValue, -1, 1 << 30, 8, 64 }.Select(Gen.Const).ToArray()).Select(BitConverter.GetBytes)));
        edit.Array[1, 6].Sample(
            edits =>
            {
                var bytes = sound.ToArray();
                foreach (var (at, change) in edits)
                {
                    change.CopyTo(bytes, at);
                }
                UseOrRefuse(bytes);
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void Random_bytes_between_sound_ends_are_refused_or_harmless()
    {
        Gen.Select(Gen.Byte.Array[0, 500], Gen.Int[0, 600]).Sample(
            (middle, footer) => UseOrRefuse([.. "ARROW1\0\0"u8, .. middle, .. BitConverter.GetBytes(footer), .. "ARROW1"u8]),
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void Another_format_version_is_named()
    {
        var bytes = sound.ToArray();
        var key = "format_version\0"u8;
        for (var at = bytes.AsSpan().IndexOf(key); at >= 0 && at < bytes.Length;)
        {
            var value = at + bytes.AsSpan(at).IndexOf((byte)'1');
            bytes[value] = (byte)'2';
            var next = bytes.AsSpan(value).IndexOf(key);
            at = next < 0 ? -1 : value + next;
        }
        Assert.Contains("format_version is 2", Assert.Throws<ShardFormatException>(() => Use(bytes)).Message);
    }

    [Fact]
    public void Shards_of_different_schemas_are_no_set()
    {
        var other = new ShardSchema(new ShardColumn("x", ElementType.UInt8, 4), new ShardColumn("label", ElementType.Int64));
        var paths = new[] { Schema, other }.Select((schema, i) => Table.Random(schema, 5).Write(folder.File($"{i}"))[0].Path).ToArray();
        Assert.Equal(paths[1], Assert.Throws<ShardFormatException>(() => ShardSet.Open(paths)).Path);
    }

    [Fact]
    public void A_missing_file_is_not_a_damaged_one() =>
        Assert.Throws<FileNotFoundException>(() => ShardSet.Open([folder.File("absent.arrow")]));

    public void Dispose() => folder.Dispose();

    private void UseOrRefuse(byte[] bytes)
    {
        ArrowFile arrow;
        try
        {
            arrow = ArrowFile.Decode(bytes);
        }
        catch (InvalidDataException)
        {
            return;
        }
        // What was accepted lies inside the file: slicing throws otherwise. Some are mapped and read too.
        foreach (var batch in arrow.Batches)
        {
            for (var column = 0; column < arrow.Schema.Columns.Count; column++)
            {
                _ = bytes.AsSpan(checked((int)batch.ColumnOffsets[column]), checked((int)(batch.Rows * arrow.Schema.Columns[column].RowBytes)));
            }
        }
        if (accepted++ % 50 == 0)
        {
            Use(bytes);
        }
    }

    /// <summary>Opens the bytes as a shard and reads every value.</summary>
    private void Use(byte[] bytes)
    {
        var path = folder.File("hostile.arrow");
        File.WriteAllBytes(path, bytes);
        using var reader = ShardReader.Open(path);
        var sum = 0;
        for (var batch = 0; batch < reader.BatchCount; batch++)
        {
            for (var column = 0; column < reader.Schema.Columns.Count; column++)
            {
                foreach (var value in reader.Column(batch, column))
                {
                    sum += value;
                }
            }
        }
        Assert.True(sum >= 0);
        using var set = ShardSet.Open([path]);
        foreach (var column in set.Schema.Columns.Where(_ => set.Count > 0))
        {
            set.Gather(column.Name, [0, set.Count - 1], new byte[2 * column.RowBytes]);
        }
    }
}
