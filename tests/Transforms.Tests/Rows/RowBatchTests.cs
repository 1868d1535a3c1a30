using Mesh.Shards;

namespace Mesh.Transforms.Tests.Rows;

public class RowBatchTests
{
    private static readonly ShardColumn[] Columns = [new("a", ElementType.UInt8, 2), new("b", ElementType.Int32)];

    [Fact]
    public void Rows_lie_back_to_back_in_each_column()
    {
        var (a, b) = (new byte[6], new byte[12]);
        var rows = RowBatch.Over(Columns, 3, a, b);
        rows[1][0].Fill(7);
        rows[2][1].Fill(9);
        Assert.Equal([0, 0, 7, 7, 0, 0], a);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9], b);
        Assert.Equal([7, 7, 0, 0], rows.Column(0, 1, 2).ToArray());
    }

    [Fact]
    public void Pooled_rows_have_exactly_their_bytes()
    {
        using var rows = RowBatch.Rent(Columns, 5);
        Assert.Equal((10, 20), (rows.Column(0).Length, rows.Column(1).Length));
        rows.Dispose();
    }

    [Fact]
    public void Wrong_memory_and_rows_are_refused()
    {
        Assert.Throws<ArgumentException>("memory", () => RowBatch.Over(Columns, 3, new byte[6]));
        Assert.Throws<ArgumentException>("memory", () => RowBatch.Over(Columns, 3, new byte[6], new byte[11]));
        var rows = RowBatch.Over(Columns, 1, new byte[2], new byte[4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => rows[-1]);
    }
}
