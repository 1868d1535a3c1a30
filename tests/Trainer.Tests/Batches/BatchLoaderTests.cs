using Mesh.Shards.Loading;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Tests.Support;
using Mesh.Trainer.Torch;
using Xunit;
using static TorchSharp.torch;

namespace Mesh.Trainer.Tests.Batches;

public sealed class BatchLoaderTests
{
    public BatchLoaderTests() => NativeTorch.EnsureLoaded();

    [Fact]
    public void Batches_come_in_order_with_their_rows_and_labels()
    {
        var stripes = new Stripes(50, 1);
        var order = SampleOrder.Shuffled(50, 8, 3, 0);
        using var loader = new BatchLoader(stripes.Source(), order, first: 2);
        var index = 2;
        foreach (var batch in loader.Batches(TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                var samples = order.Batch(index++).ToArray();
                Assert.Equal(samples, batch.Samples.ToArray());
                Assert.Equal([samples.Length, 1, Stripes.Side, Stripes.Side], batch.Inputs.shape);
                Assert.Equal(samples.Select(s => stripes.Labels[s]), batch.Labels.data<long>().ToArray());

                var bytes = new byte[samples.Length * 64];
                stripes.Gather([.. samples.Select(s => (long)s)], bytes);
                Assert.Equal(bytes.Select(b => b / 127.5f - 1), batch.Inputs.data<float>().ToArray());
            }
        }
        Assert.Equal(order.Batches, index);
    }

    [Fact]
    public void Tensors_are_filled_again_and_none_is_left_behind()
    {
        var source = new Stripes(50, 1).Source();
        // So that the count does not sink by what earlier tests left.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var epoch = 0; epoch < 20; epoch++)
        {
            var memory = new HashSet<nint>();
            using (var loader = new BatchLoader(source, SampleOrder.Shuffled(50, 3, 1, epoch)))
            {
                foreach (var batch in loader.Batches(TestContext.Current.CancellationToken).Take(epoch))
                {
                    memory.Add(AddressOf(batch.Inputs));
                    batch.Dispose();
                }
            }
            Assert.InRange(memory.Count, 0, BatchLoader.DefaultDepth);
        }
        Assert.Equal(before, Tensor.TotalCount);

        static unsafe nint AddressOf(Tensor tensor)
        {
            fixed (byte* start = tensor.bytes) return (nint)start;
        }
    }

    [Fact]
    public void Leaving_early_stops_the_reading()
    {
        var read = 0;
        var source = new SampleSource(Stripes.Shape, new long[10_000], 1, (rows, _) => Interlocked.Add(ref read, rows.Length), Stripes.Convert);
        using (var loader = new BatchLoader(source, SampleOrder.Sequential(10_000, 10))) loader.Batches(TestContext.Current.CancellationToken).First().Dispose();
        Assert.InRange(read, 10, 60);
    }

    [Fact]
    public void A_failure_while_reading_reaches_the_consumer()
    {
        var source = new SampleSource(Stripes.Shape, new long[100], 1,
            (rows, _) => { if (rows[0] >= 50) throw new IOException("disk gone"); }, Stripes.Convert);
        using var loader = new BatchLoader(source, SampleOrder.Sequential(100, 10));
        var before = 0;
        var error = Assert.Throws<IOException>(() => { foreach (var batch in loader.Batches(TestContext.Current.CancellationToken)) { batch.Dispose(); before++; } });
        Assert.Equal("disk gone", error.Message);
        Assert.Equal(5, before);
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_or_kept()
    {
        long[] labels = [-1, 2, -1, 0];
        var labelled = new SampleSource(Stripes.Shape, labels, 3, (_, _) => { }, Stripes.Convert);
        Assert.Equal((2, 1L, 3L, 2, 0), (labelled.Count, labelled.Row(0), labelled.Row(1), labelled.Label(0), labelled.Label(1)));
        var all = new SampleSource(Stripes.Shape, labels, 3, (_, _) => { }, Stripes.Convert, keepUnlabelled: true);
        Assert.Equal((4, -1, true), (all.Count, all.Label(0), all.HasUnlabelled));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-2)]
    public void A_label_out_of_range_names_the_row(long label) => Assert.Contains("row 1",
        Assert.Throws<InvalidSamplesException>(() => new SampleSource(Stripes.Shape, [0, label], 3, (_, _) => { }, Stripes.Convert)).Message);
}
