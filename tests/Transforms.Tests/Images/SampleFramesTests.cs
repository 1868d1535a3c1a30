using Mesh.Transforms.Images;
using Mesh.Transforms.Tests.Support;
using NetVips;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Images;

public class SampleFramesTests
{
    private const int Height = 12;
    private const int Width = 20;

    private static readonly RecordSchema Lists = new(new RecordColumn("image", ColumnKind.ImageList));

    [Theory]
    [InlineData(4, 0, 10, new[] { 1, 3, 6, 8 })] // (2i + 1) · 10 / 8
    [InlineData(1, 0, 10, new[] { 5 })]
    [InlineData(10, 0, 10, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })]
    [InlineData(4, 0, 2, new[] { 0, 0, 1, 1 })]
    [InlineData(3, 1, 10, new[] { 0, 1, 2 })]
    [InlineData(3, 4, 10, new[] { 0, 4, 8 })]
    [InlineData(4, 2, 3, new[] { 0, 2, 2, 2 })]
    public void Frames_are_chosen_by_number(int count, int stride, int available, int[] expected)
    {
        var choice = new FrameChoice(count, stride, Repeat: true);
        Assert.Equal(expected, Enumerable.Range(0, count).Select(place => choice.At(place, available)));
        Assert.Equal(expected.Distinct().Count() == count, available >= (choice with { Repeat = false }).Needed);
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void Frames_of_every_format_are_those_of_the_film(string format)
    {
        var film = Film(10);
        var (shape, bytes) = Run(RawRecord.Encoded("film", Encode(film, format)), Of("sample-frames", """{"frames":4}"""));
        Assert.Equal([4, 3, Height, Width], shape);
        Assert.Equal(new[] { 1, 3, 6, 8 }.SelectMany(frame => Planes(film[frame])), bytes);

        (_, bytes) = Run(RawRecord.Encoded("film", Encode(film, format)), Of("sample-frames", """{"frames":3,"choose":"stride","stride":4}"""));
        Assert.Equal(new[] { 0, 4, 8 }.SelectMany(frame => Planes(film[frame])), bytes);
    }

    [Fact]
    public void A_list_of_images_is_a_film_too()
    {
        var film = Film(5);
        var list = List([.. film.Select((frame, i) => i % 2 == 0 ? RawImage.OfPixels(frame, Height, Width, 3) : RawImage.OfFile(PngWriter.Write(frame, Height, Width, 2)))]);
        var (shape, bytes) = Run(list, Of("sample-frames", """{"frames":5,"choose":"first"}"""));
        Assert.Equal([5, 3, Height, Width], shape);
        Assert.Equal(film.SelectMany(Planes), bytes);
    }

    [Fact]
    public void More_than_memory_or_a_shard_holds_is_refused_with_the_first_record()
    {
        // Five frames of 12×20 are taken often, and become 2,100 MiB.
        var list = List([.. Film(5).Select(frame => RawImage.OfPixels(frame, Height, Width, 3))]);
        var refused = Assert.Throws<TransformException>(() => Pipelines.Fit(
            Pipeline.Create(new([Of("sample-frames", """{"frames":700,"short":"repeat"}"""), Of("resize", """{"width":1024,"height":1024}""")]), Lists), [list]));
        Assert.Equal(("resize", "comes out as 700 frames of 1024×1024 pixels and 3 channels, 2100 MiB; less than 2048 are possible"), (refused.Transform, refused.Reason));

        // 286 MiB of pixels, that nobody touches.
        var large = RawRecord.Raw("large", new byte[300_000_000], 10_000, 10_000, 3);
        refused = Assert.Throws<TransformException>(() => Pipelines.Run(large, ("decode-image", """{"max_pixels":100000000}""")));
        Assert.Equal("large", refused.Record);
        Assert.StartsWith("an image comes out as 1×3×10000×10000 (frames×channels×height×width), 286 MiB; a row has at most 256", refused.Reason);

        // The same, if nobody saw it in the records.
        var fitted = Pipelines.Of(("decode-image", "{}")).Fit(null, RawRecord.Raw("small", new byte[27], 3, 3, 3));
        var json = System.Text.Encoding.UTF8.GetString(fitted.ToJson());
        Assert.Contains("[3,3,3]", json);
        Assert.Equal("outputs are too large: a shard holds rows of at most 256 MiB",
            Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace("[3,3,3]", "[3,10000,10000]")))).Message);
    }

    [Fact]
    public void Frames_go_through_the_steps_as_images_do()
    {
        var film = Film(6);
        TransformSpec[] steps = [Of("crop", """{"width":16,"height":10}"""), Of("resize", """{"width":7,"height":9,"fit":"contain"}"""), Of("grayscale"), Of("normalize", """{"mean":[0.5],"std":[0.25]}""")];
        var record = RawRecord.Encoded("film", Encode(film, "webp"));
        var fitted = Pipelines.Fit(Pipeline.Create(new([Of("sample-frames", """{"frames":6}"""), .. steps]), new(record.Schema.Columns[0])), [record]);
        Assert.Equal([6, 1, 9, 7], fitted.Columns.Single().Shape);
        var still = Pipelines.Fit(Pipeline.Create(new([Of("decode-image"), .. steps]), new(record.Schema.Columns[0])), [Still(film[0])]);

        var frames = fitted.Row(record)[0];
        Assert.Equal(film.SelectMany(frame => still.Row(Still(frame))[0]), frames);
        var (floats, expected) = (new float[6 * 63], new float[6 * 63]);
        fitted.Output("image")!.Batch!.Apply(frames, 1, floats);
        still.Output("image")!.Batch!.Apply(frames, 6, expected);
        Assert.Equal(expected, floats);

        var copy = FittedPipeline.Parse(fitted.ToJson());
        Assert.Equal(fitted.Columns, copy.Columns);
        Assert.Equal(frames, copy.Row(record)[0]);
        Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(
            System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(fitted.ToJson()).Replace("[6,1,9,7]", "[5,1,9,7]"))));
    }

    [Fact]
    public void Means_are_of_all_frames()
    {
        RawImage Flat(byte level) => RawImage.OfPixels(Enumerable.Repeat(level, 4).ToArray(), 2, 2, 1);
        var fitted = Pipelines.Fit(Pipeline.Create(new([Of("sample-frames", """{"frames":2}"""), Of("normalize")]), Lists), [List(Flat(0), Flat(100)), List(Flat(200), Flat(100))]);
        // Half of the pixels are 100, a quarter 0 and a quarter 200: mean 100, variance 5000.
        var floats = new float[8];
        fitted.Output("image")!.Batch!.Apply([0, 0, 0, 0, 100, 100, 100, 200], 1, floats);
        Assert.Equal(-100 / Math.Sqrt(5000), floats[0], 1e-5);
        Assert.Equal(0, floats[4], 1e-5);
        Assert.Equal(100 / Math.Sqrt(5000), floats[7], 1e-5);
    }

    [Fact]
    public void Transparent_frames_show_the_background_and_gray_ones_become_colour()
    {
        byte[] frame = [.. Enumerable.Repeat<byte[]>([200, 128], 6).SelectMany(pixel => pixel)];
        var (shape, bytes) = Run(List(RawImage.OfPixels(frame, 2, 3, 2), RawImage.OfPixels(new byte[18], 2, 3, 3)),
            Of("sample-frames", """{"frames":2,"channels":"rgb","background":10}"""));
        Assert.Equal([2, 3, 2, 3], shape);
        Assert.Equal([.. Enumerable.Repeat((byte)105, 18), .. new byte[18]], bytes); // 200·128/255 + 10·127/255
    }

    [Fact]
    public void Short_films_are_refused_or_repeated()
    {
        var record = RawRecord.Encoded("film", Encode(Film(2), "gif"));
        Refused(record, "has 2 frames; 4 are needed (short=repeat takes some several times)", """{"frames":4}""");
        Refused(record, "has 2 frames; 5 are needed", """{"frames":3,"choose":"stride","stride":2}""");
        Refused(List(), "has 0 frames; 1 are needed", """{"frames":1,"short":"repeat"}""");
        var film = Film(2);
        Assert.Equal(new[] { 0, 0, 1, 1 }.SelectMany(frame => Planes(film[frame])), Run(record, Of("sample-frames", """{"frames":4,"short":"repeat"}""")).Bytes);
    }

    [Fact]
    public void A_still_image_is_a_film_of_one_frame()
    {
        var frame = Film(1)[0];
        foreach (var record in new[] { Still(frame), RawRecord.Encoded("png", PngWriter.Write(frame, Height, Width, 2)), RawRecord.Encoded("gif", Encode([frame], "gif")) })
        {
            var (shape, bytes) = Run(record, Of("sample-frames", """{"frames":1}"""));
            Assert.Equal([1, 3, Height, Width], shape);
            Assert.Equal(Planes(frame), bytes);
        }
    }

    [Fact]
    public void Frames_of_several_sizes_are_refused() => Refused(
        List(RawImage.OfPixels(new byte[6], 2, 3, 1), RawImage.OfPixels(new byte[8], 2, 4, 1)),
        "frame 1 is 4×2 of 1 channels, and the first one taken 3×2 of 1 channels; frames have one size", """{"frames":2}""");

    [Fact]
    public void Too_many_pixels_are_refused_before_they_are_decoded()
    {
        var record = RawRecord.Encoded("film", Encode(Film(10), "gif"));
        // The last of two frames of ten in the middles of halves is the eighth.
        Refused(record, "has 8 frames of 20×12 pixels to decode; at most 1919 pixels are (max_pixels)", """{"frames":2,"max_pixels":1919}""");
        Assert.Equal([2, 3, Height, Width], Run(record, Of("sample-frames", """{"frames":2,"max_pixels":1920}""")).Shape);
        Refused(List(RawImage.OfPixels(new byte[6], 2, 3, 1)), "at most 17 pixels", """{"frames":3,"short":"repeat","max_pixels":17}""");
    }

    [Theory]
    [InlineData("gif")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void A_film_with_a_damaged_frame_is_refused(string format)
    {
        var file = Encode([.. Enumerable.Range(0, 6).Select(Noise)], format);
        // Even when the frames that are left would do.
        foreach (var length in (int[])[file.Length / 2, file.Length - 40, file.Length - 2])
        {
            var cut = RawRecord.Encoded("film", file.AsMemory(0, length));
            var pipeline = Pipeline.Create(new([Of("sample-frames", """{"frames":1,"short":"repeat"}""")]), new(cut.Schema.Columns[0]));
            Assert.Matches($"^is (a damaged|not a readable) {format.ToUpperInvariant()} image", Assert.Throws<TransformException>(() => pipeline.NewFitter().Observe(cut)).Reason);
        }
    }

    [Fact]
    public void Damaged_films_are_decoded_or_refused_and_nothing_else()
    {
        var random = new Random(4);
        var refused = 0;
        foreach (var format in (string[])["gif", "webp", "tiff"])
        {
            var file = Encode(Film(5), format);
            var pipeline = Pipeline.Create(new([Of("sample-frames", """{"frames":3,"max_pixels":1000000}""")]), new(new RecordColumn("image", ColumnKind.Image)));
            for (var i = 0; i < 300; i++)
            {
                var damaged = file.ToArray();
                for (var changes = random.Next(1, 5); changes > 0; changes--)
                    damaged[random.Next(random.Next(2) == 0 ? damaged.Length : Math.Min(damaged.Length, 64))] = (byte)random.Next(256);
                try
                {
                    pipeline.NewFitter().Observe(RawRecord.Encoded("damaged", damaged));
                }
                catch (TransformException e)
                {
                    Assert.Equal("damaged", e.Record);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 100, 900);
    }

    [Fact]
    public void What_is_missing_is_refused() => Refused(
        new("film", Lists, new[] { RecordValue.Missing }), "'image' is missing", """{"frames":1}""");

    [Fact]
    public void Stride_belongs_to_its_choice() => Assert.Equal("transforms[0].parameters.stride has no meaning unless choose=stride",
        Assert.Single(Pipeline.Validate(new([Of("sample-frames", """{"frames":2,"stride":3}""")]))).ToString());

    private static void Refused(RawRecord record, string reason, string parameters)
    {
        var pipeline = Pipeline.Create(new([Of("sample-frames", parameters)]), new(record.Schema.Columns[0]));
        var e = Assert.Throws<TransformException>(() => pipeline.NewFitter().Observe(record));
        Assert.Equal(("sample-frames", record.Name), (e.Transform, e.Record));
        Assert.StartsWith(reason.StartsWith("at most", StringComparison.Ordinal) ? "has 3 frames" : reason, e.Reason);
        Assert.Contains(reason, e.Reason);
    }

    private static (IReadOnlyList<int> Shape, byte[] Bytes) Run(RawRecord record, TransformSpec step)
    {
        var fitted = Pipelines.Fit(Pipeline.Create(new([step]), new(record.Schema.Columns[0])), [record]);
        return (fitted.Columns.Single().Shape, fitted.Row(record)[0]);
    }

    private static RawRecord Still(byte[] frame) => RawRecord.Raw("still", frame, Height, Width, 3);

    private static RawRecord List(params RawImage[] images) => new("list", Lists, new[] { RecordValue.OfImages(images) });

    /// <summary>Frames of two colours, which a palette keeps exactly.</summary>
    private static byte[][] Film(int frames) => [.. Enumerable.Range(0, frames).Select(frame => Enumerable.Range(0, Height * Width * 3)
        .Select(i => (byte)((i / 3 % Width < frame + 5 ? 40 : 200) + i % 3 * 10)).ToArray())];

    private static byte[] Noise(int seed)
    {
        var pixels = new byte[Height * Width * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private static byte[] Planes(byte[] frame) => [.. Enumerable.Range(0, 3).SelectMany(channel => frame.Where((_, i) => i % 3 == channel))];

    private static byte[] Encode(byte[][] frames, string format)
    {
        using var roll = Image.NewFromMemory(frames.SelectMany(frame => frame).ToArray(), Width, Height * frames.Length, 3, Enums.BandFormat.Uchar);
        using var coloured = roll.Copy(interpretation: Enums.Interpretation.Srgb);
        using var paged = coloured.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", Height));
        return format switch
        {
            "gif" => paged.GifsaveBuffer(dither: 0, effort: 10),
            "webp" => paged.WebpsaveBuffer(lossless: true),
            _ => paged.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw),
        };
    }
}
