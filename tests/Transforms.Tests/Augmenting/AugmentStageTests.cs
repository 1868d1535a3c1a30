using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

/// <summary>All augmentations together: what happens to a sample is a function of seed, epoch and sample alone.</summary>
public class AugmentStageTests
{
    private const int Side = 12;
    private const int Bytes = 3 * Side * Side;

    private static readonly (string Type, string Parameters)[] Moving =
    [
        ("random-horizontal-flip", "{}"), ("random-vertical-flip", "{}"), ("random-shift", "{}"), ("random-crop", """{"padding":2}"""),
        ("random-crop", """{"mode":"resize"}"""), ("random-rotate", "{}"),
    ];

    private static readonly TransformSpec[] All =
    [
        .. Moving.Select(step => Of(step.Type, step.Parameters)), Of("color-jitter", """{"saturation":0.5}"""), Of("cutout", """{"size":3}"""), Of("random-erasing"),
    ];

    private static readonly Augmented Everything = Augmented.Of(3, Side, Side, All);

    private static readonly byte[][] Images = [.. Enumerable.Range(0, 50).Select(i =>
    {
        var image = new byte[Bytes];
        new Random(i).NextBytes(image);
        return image;
    })];

    [Fact]
    public void The_same_whatever_the_batch_and_the_order()
    {
        var alone = Images.Select((image, i) => Everything.Image(image, i)).ToArray();
        Assert.True(alone.Zip(Images).Count(pair => !pair.First.SequenceEqual(pair.Second)) > 45);
        foreach (var size in (int[])[7, 50])
        {
            var order = Enumerable.Range(0, Images.Length).ToArray();
            new Random(size).Shuffle(order);
            foreach (var part in order.Chunk(size))
            {
                var memory = part.SelectMany(i => Images[i]).ToArray();
                using var batch = RowBatch.Over(Everything.Columns, part.Length, memory);
                for (var row = 0; row < part.Length; row++)
                    Everything.Stage.Apply(batch[row], seed: 1, epoch: 0, part[row]);
                Assert.Equal(part.SelectMany(i => alone[i]), memory);
            }
        }
    }

    [Fact]
    public void Another_seed_epoch_or_sample_gives_another_image()
    {
        var image = Images[0];
        var usual = Everything.Image(image, sample: 3, epoch: 2, seed: 1);
        Assert.Equal(usual, Everything.Image(image, sample: 3, epoch: 2, seed: 1));
        Assert.NotEqual(usual, Everything.Image(image, sample: 4, epoch: 2, seed: 1));
        Assert.NotEqual(usual, Everything.Image(image, sample: 3, epoch: 3, seed: 1));
        Assert.NotEqual(usual, Everything.Image(image, sample: 3, epoch: 2, seed: 2));
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        var expected = Images.Select((image, i) => Everything.Image(image, i)).ToArray();
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            i => Assert.Equal(expected[i % 50], Everything.Image(Images[i % 50], i % 50)));
    }

    [Fact]
    public void The_image_is_changed_alike_with_boxes_beside_it_or_without()
    {
        var with = Augmented.WithBoxes(3, Side, Side, Moving);
        var without = Augmented.Of(3, Side, Side, All[..Moving.Length]);
        for (var i = 0; i < 30; i++)
        {
            var expected = without.Image(Images[i], i);
            Assert.Equal(expected, with.Apply(Images[i], [(2, 2, 5, 5)], i).Image);

            // The same, for who has the images alone.
            var image = Images[i].ToArray();
            var stage = with.Stage.Select("image");
            using var batch = RowBatch.Over(stage.Columns, 1, image);
            stage.Apply(batch[0], 1, 0, i);
            Assert.Equal(expected, image);
        }
    }

    [Fact]
    public void Rows_without_the_image_are_left_alone()
    {
        Assert.True(Augmented.WithBoxes(3, Side, Side, Moving).Stage.Select("boxes").IsEmpty);
        Assert.Throws<ArgumentException>(() => Everything.Stage.Select("label"));
    }

    [Fact]
    public void Another_step_before_it_changes_nothing_for_a_step_but_the_pixels()
    {
        // Noise is drawn over the whole image, so what came before does not show.
        var noise = Of("random-erasing", """{"probability":1,"min_area":1,"max_area":1,"min_aspect":1,"max_aspect":1}""");
        var first = Augmented.Of(3, Side, Side, Of("random-horizontal-flip"), noise);
        var later = Augmented.Of(3, Side, Side, Of("random-crop", """{"mode":"resize"}"""), noise);
        Assert.Equal(first.Image(Images[0], 9), later.Image(Images[0], 9));
        Assert.NotEqual(first.Image(Images[0], 9), Augmented.Of(3, Side, Side, noise).Image(Images[0], 9));
    }

    [Fact]
    public void A_sample_allocates_nothing()
    {
        var with = Augmented.WithBoxes(3, Side, Side, Moving);
        var stages = new[] { (Everything.Stage, Batch: RowBatch.Rent(Everything.Columns, 1)), (with.Stage, Batch: RowBatch.Rent(with.Columns, 1)) };
        foreach (var (stage, batch) in stages)
        {
            Run(200);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(1000);
            // The pool makes a buffer when a collection has taken the one before.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
            batch.Dispose();

            void Run(int samples)
            {
                for (var sample = 0; sample < samples; sample++)
                    stage.Apply(batch[0], 1, 0, sample);
            }
        }
    }

    [Fact]
    public void Films_are_changed_alike_in_all_their_frames()
    {
        var schema = new RecordSchema(new RecordColumn("image", ColumnKind.ImageList));
        RawImage[] frames = [.. Images.Take(3).Select(image => RawImage.OfPixels(image, Side, Side, 3))];
        var fitted = Pipelines.Fit(
            Pipeline.Create(new([Of("sample-frames", """{"frames":3}"""), .. All[..^1]]), schema), [new RawRecord("film", schema, new[] { RecordValue.OfImages(frames) })]);
        Assert.Equal([3, 3, Side, Side], fitted.Columns.Single().Shape);
        var film = Images.Take(3).SelectMany(image => image).ToArray();
        var stills = Augmented.Of(3, Side, Side, All[..^1]);
        for (var sample = 0; sample < 20; sample++)
        {
            var changed = film.ToArray();
            using var batch = RowBatch.Over(fitted.Columns, 1, changed);
            fitted.Augment.Apply(batch[0], 1, 0, sample);
            Assert.Equal(Images.Take(3).SelectMany(image => stills.Image(image, sample)), changed);
        }
    }
}
