using Mesh.Shards.Loading;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Tests.Support;
using Mesh.Trainer.Torch;
using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Rows;
using Xunit;

namespace Mesh.Trainer.Tests.Batches;

public sealed class EpochAugmentationTests
{
    private const int Samples = 50;
    private const int Pixels = Stripes.Side * Stripes.Side;

    public EpochAugmentationTests() => NativeTorch.EnsureLoaded();

    [Fact]
    public void A_sample_is_changed_alike_in_any_batch_and_anew_in_each_epoch()
    {
        var stripes = new Stripes(Samples, 1);
        var whole = Load(stripes, SampleOrder.Sequential(Samples, Samples), Augmentations.Harmless, epoch: 3);
        Assert.Equal(whole, Load(stripes, SampleOrder.Shuffled(Samples, 7, 5, 0), Augmentations.Harmless, epoch: 3));

        var plain = Load(stripes, SampleOrder.Sequential(Samples, Samples), null, epoch: 3);
        var other = Load(stripes, SampleOrder.Sequential(Samples, Samples), Augmentations.Harmless, epoch: 4);
        Assert.All(whole.Keys, sample => Assert.NotEqual(plain[sample], whole[sample]));
        Assert.True(whole.Keys.Count(sample => !other[sample].SequenceEqual(whole[sample])) > Samples / 2);

        // As the stage itself does it: by the row in the split.
        var bytes = new byte[Pixels];
        foreach (var sample in whole.Keys)
        {
            stripes.Gather([sample], bytes);
            using var row = RowBatch.Over(Augmentations.Harmless.Columns, 1, bytes);
            Augmentations.Harmless.Apply(row[0], seed: 9, epoch: 3, sample);
            Assert.Equal(bytes.Select(level => level / 127.5f - 1), whole[sample]);
        }
    }

    [Fact]
    public void It_goes_by_rows_and_not_by_places_among_the_labelled()
    {
        var stripes = new Stripes(4, 1);
        var labelled = new SampleSource(Stripes.Shape, [-1, 0, -1, 0], Stripes.Classes, stripes.Gather, Stripes.Convert);
        using var loader = new BatchLoader(labelled, SampleOrder.Sequential(2, 2), augmentation: new(Augmentations.Harmless, 9, 3));
        using var batch = loader.Batches(TestContext.Current.CancellationToken).First();
        var all = Load(stripes, SampleOrder.Sequential(4, 4), Augmentations.Harmless, epoch: 3);
        Assert.Equal([.. all[1], .. all[3]], batch.Inputs.data<float>().ToArray());
    }

    [Fact]
    public void Mixing_gives_shares_and_leaves_the_labels()
    {
        var stripes = new Stripes(Samples, 1);
        var order = SampleOrder.Shuffled(Samples, 8, 1, 0);
        using var loader = new BatchLoader(stripes.Source(), order, augmentation: new(Augmentations.Mixing, 9, 0));
        var seen = new List<float>();
        foreach (var batch in loader.Batches(TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                Assert.Equal([batch.Count], batch.Shares!.shape);
                Assert.Equal(batch.Samples.ToArray().Select(sample => stripes.Labels[sample]), batch.Labels.data<long>().ToArray());

                var rows = new byte[batch.Count * Pixels];
                stripes.Gather([.. batch.Samples.ToArray().Select(sample => (long)sample)], rows);
                using var expected = RowBatch.Over(Augmentations.Mixing.Columns, batch.Count, rows);
                for (var i = 0; i < batch.Count; i++)
                    Augmentations.Mixing.Apply(expected[i], 9, 0, batch.Samples.Span[i]);
                var (shares, unmixed) = (batch.Shares.data<float>().ToArray(), rows.Chunk(Pixels).ToArray());
                var inputs = batch.Inputs.data<float>().ToArray();
                for (var i = 0; i < inputs.Length; i++)
                {
                    var (own, next) = (unmixed[i / Pixels][i % Pixels], unmixed[(i / Pixels + 1) % batch.Count][i % Pixels]);
                    var share = shares[i / Pixels];
                    // A level is rounded.
                    Assert.Equal((own * share + next * (1 - share)) / 127.5 - 1, inputs[i], 0.51 / 127.5);
                }

                seen.AddRange(shares);
            }
        }

        Assert.Equal(Samples, seen.Distinct().Count());
    }

    [Fact]
    public void Without_mixing_there_are_no_shares()
    {
        using var loader = new BatchLoader(new Stripes(8, 1).Source(), SampleOrder.Sequential(8, 8), augmentation: new(Augmentations.Harmless, 9, 0));
        using var batch = loader.Batches(TestContext.Current.CancellationToken).First();
        Assert.Null(batch.Shares);
    }

    private static Dictionary<int, float[]> Load(Stripes stripes, SampleOrder order, AugmentStage? stage, int epoch)
    {
        using var loader = new BatchLoader(stripes.Source(), order, augmentation: stage is null ? null : new(stage, seed: 9, epoch));
        var images = new Dictionary<int, float[]>();
        foreach (var batch in loader.Batches(TestContext.Current.CancellationToken))
        {
            using (batch)
            {
                foreach (var (image, i) in batch.Inputs.data<float>().ToArray().Chunk(Pixels).Select((image, i) => (image, i)))
                    images.Add(batch.Samples.Span[i], image);
            }
        }

        return images;
    }
}
