using System.Formats.Tar;
using System.Text;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class CocoTests
{
    private static readonly (int, string)[] Categories = [(3, "car"), (18, "dog")];

    // Images 7 and 9 of 40 × 30 pixels; image 8 has no annotation.
    private static readonly byte[] Train = Coco.Json(
        [(7, "a.png", 40, 30), (8, "sub/b.png", 40, 30), (9, "c.png", 0, 0)],
        [(100, 9, 18, [0, 0, 40, 30]), (101, 7, 3, [1.25, 2.5, 10.125, 20.0625]), (102, 7, 18, [5, 6, 7, 8])],
        Categories);

    private static readonly byte[] Image = Png.Of(1, 40, 30);

    [Theory]
    [InlineData("zip")]
    [InlineData("tar, annotations first")]
    [InlineData("tar.gz, annotations last")]
    [InlineData("bare")]
    public async Task Images_get_the_boxes_of_their_annotations(string kind)
    {
        (string, byte[])[] images = [("data/a.png", Image), ("data/sub/b.png", Png.Of(2, 40, 30)), ("data/c.png", Png.Of(3, 40, 30))];
        (string, byte[]) annotations = ("annotations/instances_train2017.json", Train);
        (string, byte[])[] files = kind switch
        {
            "zip" => [("all.zip", Archive.Zip([.. images, annotations]))],
            "bare" => [.. images, ("annotations/instances_train2017.json.gz", Idx.Gzip(Train))],
            "tar, annotations first" => [("all.tar", Archive.Tar(TarEntryFormat.Pax, [annotations, .. images]))],
            _ => [("all.tar.gz", Idx.Gzip(Archive.Tar(TarEntryFormat.Ustar, [.. images, annotations])))],
        };
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync(files);
        Assert.Equal((DataFormat.Coco, 3L, 0L), (parsed.Facts.Format, parsed.Records, parsed.Rejected));
        Assert.Equal([("image", ColumnType.Image, false), ("boxes", ColumnType.Boxes, false)], parsed.Facts.Schema.Columns.Select(c => (c.Name, c.Type, c.Nullable)));
        Assert.Equal([("train", 3L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        var boxes = (await parser.ReadAsync(files)).ToDictionary(r => r.Source[(r.Source.LastIndexOf('/') + 1)..], r => r.Values[1].Boxes.Boxes.ToList());
        Assert.Equal(
            [new Box { X = 1.25, Y = 2.5, Width = 10.125, Height = 20.0625, Label = "car" }, new Box { X = 5, Y = 6, Width = 7, Height = 8, Label = "dog" }], boxes["a.png"]);
        Assert.Empty(boxes["b.png"]);
        Assert.Equal([new Box { Width = 40, Height = 30, Label = "dog" }], boxes["c.png"]);
        // Of boxes an image: 2, 0 and 1.
        var column = parsed.Statistics.Columns[1];
        Assert.Equal((0.0, 2.0, 1.0), (column.Distribution.Minimum, column.Distribution.Maximum, column.Distribution.Mean));
        Assert.Equal([("dog", 2L), ("car", 1L)], column.TopValues.Select(v => (v.Value, v.Count)));
    }

    [Fact]
    public async Task Images_and_annotations_without_each_other_are_rejected()
    {
        using var parser = new ParserFixture();
        var zip = Archive.Zip(("instances.json", Train), ("a.png", Image), ("z/a.png", Image), ("other.png", Image), ("c.png", "no image"u8.ToArray()), ("README.md", [1]));
        await parser.ParseAsync([("all.zip", zip)], new DatasetVersion { MaxRejectedFraction = 1 });
        Assert.Equal(
            [
                ("all.zip:c.png", "is not a PNG, JPEG, WebP, GIF or TIFF image"), ("all.zip:other.png", "is listed by no annotation file"),
                ("all.zip:z/a.png", "is a second file for image 7 of all.zip:instances.json"),
                ("all.zip:instances.json#8", "is sub/b.png, which is not among the files"),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    [Fact]
    public async Task A_name_that_several_files_list_means_the_nearest_or_the_one_of_its_split()
    {
        byte[] Of(string name, double x) => Coco.Json([(1, name, 0, 0)], [(1, 1, 3, [x, 1, 2, 3])], Categories);
        using var parser = new ParserFixture();
        // As Roboflow exports: a file in each folder.
        var nearest = await parser.ReadAsync(
        [
            ("all.zip", Archive.Zip(("train/_annotations.coco.json", Of("1.png", 1)), ("valid/_annotations.coco.json", Of("1.png", 2)), ("train/1.png", Image), ("valid/1.png", Image))),
        ]);
        Assert.Equal([("train", 1.0), ("validation", 2.0)], nearest.Select(r => (r.Split, r.Values[1].Boxes.Boxes[0].X)));
        // As COCO itself has them.
        var split = await parser.ReadAsync(
        [
            ("a.zip", Archive.Zip(("annotations/instances_train2017.json", Of("1.png", 1)), ("annotations/instances_val2017.json", Of("1.png", 2)))),
            ("b.zip", Archive.Zip(("val/1.png", Image), ("train/1.png", Image))),
        ]);
        Assert.Equal([("train", 1.0), ("validation", 2.0)], split.Select(r => (r.Split, r.Values[1].Boxes.Boxes[0].X)));
        // Names may have folders that the files do not have.
        var folders = await parser.ReadAsync([("a.json", Of("C:\\data\\images\\1.png", 5)), ("1.png", Image)]);
        Assert.Equal(5, folders.Single().Values[1].Boxes.Boxes[0].X);

        await parser.ParseAsync(
            [("a.zip", Archive.Zip(("a.json", Of("1.png", 1)), ("b.json", Of("1.png", 2)), ("1.png", Image), ("c.json", Of("2.png", 2)), ("2.png", Image)))]);
        Assert.Equal([("a.zip:1.png", "is listed by both a.zip:b.json and a.zip:a.json")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    [Theory]
    [InlineData("[-0.75, 0, 10, 10]", "0 0 9.25 10")]
    [InlineData("[35.5, 25, 5.5, 5.25]", "35.5 25 4.5 5")]
    [InlineData("[0, 0, 41, 31]", "0 0 40 30")]
    [InlineData("[-1.5, 0, 10, 10]", "whose bbox reaches outside its 40 × 30 pixels")]
    [InlineData("[35, 25, 6.5, 5]", "whose bbox reaches outside its 40 × 30 pixels")]
    [InlineData("[40.5, 0, 0.25, 5]", "whose bbox reaches outside its 40 × 30 pixels")]
    [InlineData("[1, 2, 0, 4]", "whose bbox is not")]
    [InlineData("[1, 2, 3, -4]", "whose bbox is not")]
    [InlineData("[1, 2, 3]", "whose bbox is not")]
    [InlineData("[1, 2, 3, 4, 5]", "whose bbox is not")]
    [InlineData("[1, 2, \"NaN\", 4]", "whose bbox is not")]
    [InlineData("[1, 2, 1e999, 4]", "whose bbox is not")]
    [InlineData("[[1, 2, 3, 4]]", "whose bbox is not")]
    [InlineData("{\"x\": 1}", "whose bbox is not")]
    [InlineData("null", "whose bbox is not")]
    public async Task A_box_is_cut_within_a_pixel_or_its_image_is_rejected(string box, string expected)
    {
        using var parser = new ParserFixture();
        var json = $$"""
            {"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
             "annotations": [{"id": 17, "image_id": 1, "category_id": 3, "bbox": {{box}}}], "categories": [{"id": 3, "name": "car"}]}
            """;
        (string, byte[])[] files = [("a.json", Coco.Text(json)), ("a.png", Image), ("b.png", Image)];
        var records = await parser.ReadAsync(files);
        if (char.IsAsciiDigit(expected[0]))
        {
            var found = records[0].Values[1].Boxes.Boxes.Single();
            Assert.Equal(expected, FormattableString.Invariant($"{found.X} {found.Y} {found.Width} {found.Height}"));
            return;
        }

        Assert.Equal("b.png", records.Single().Source);
        await parser.ParseAsync(files);
        Assert.Equal("a.png", parser.Quarantined.Single().Source);
        Assert.StartsWith($"has annotation 17, {expected}", parser.Quarantined.Single().Reason);
    }

    [Theory]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}]}""", "COCO_ID_TWICE", "a.json has two images with the id 1.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "./a.png"}]}""", "COCO_ID_TWICE", "a.json lists a.png twice.")]
    [InlineData("""{"images": [], "categories": [{"id": 1, "name": "x"}, {"id": 1, "name": "y"}]}""", "COCO_ID_TWICE", "a.json has two categories with the id 1.")]
    [InlineData(
        """{"annotations": [{"id": 5, "image_id": 1, "category_id": 1}, {"id": 5, "image_id": 1, "category_id": 1}], "images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "x"}]}""",
        "COCO_ID_TWICE", "a.json has two annotations with the id 5.")]
    [InlineData(
        """{"annotations": [{"id": 5, "image_id": 2, "category_id": 1}], "images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "x"}]}""",
        "COCO_INVALID", "a.json: annotation 5 is of image 2, which the file does not list.")]
    [InlineData(
        """{"annotations": [{"id": 5, "image_id": 1, "category_id": 9}], "images": [{"id": 1, "file_name": "a.png"}]}""",
        "COCO_INVALID", "a.json has annotations of category 9, which the file does not list.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.png"}, {"file_name": "b.png"}]}""", "COCO_INVALID", "a.json: images[1] has no id.")]
    [InlineData("""{"images": [{"id": "x", "file_name": "b.png"}]}""", "COCO_INVALID", "a.json: images[0] has \"id\", which is no whole number.")]
    [InlineData("""{"images": [{"id": 1.5, "file_name": "b.png"}]}""", "COCO_INVALID", "a.json: images[0] has \"id\", which is no whole number.")]
    [InlineData("""{"images": [{"id": 1}]}""", "COCO_INVALID", "a.json: images[0] has no file_name.")]
    [InlineData("""{"images": [3]}""", "COCO_INVALID", "a.json: images[0] is no object.")]
    [InlineData("""{"images": {"id": 1}}""", "COCO_INVALID", "a.json: \"images\" is no list.")]
    [InlineData("""{"annotations": [], "categories": []}""", "COCO_INVALID", "a.json is JSON without \"images\", and so no COCO annotations.")]
    [InlineData("""{"images": [], "annotations": [{"id": 1, "category_id": 1}]}""", "COCO_INVALID", "a.json: annotations[0] has no image_id.")]
    [InlineData("""{"images": [], "categories": [{"id": 1, "name": "a\u0007"}]}""", "COCO_INVALID", "a.json: categories[0] has no name of 1 to 256 characters without control characters.")]
    [InlineData("{\"images\": [],\n \"annotations\": [{\"id\": 1, \"bbox\": [NaN, 1, 2, 3]}]}", "JSON_DAMAGED", "a.json, line 2: NaN and Infinity are no numbers in JSON.")]
    [InlineData("{\"images\": [\n\n{\"id\": 1,}]}", "JSON_DAMAGED", "a.json, line 3: this is no JSON, or it is cut off here.")]
    [InlineData("{\"images\": [", "JSON_DAMAGED", "a.json, line 1: this is no JSON, or it is cut off here.")]
    [InlineData("""{"images": [{"id": 1, "file_name": "\ud800"}]}""", "JSON_DAMAGED", "a.json holds a text that is not valid Unicode.")]
    public async Task Annotations_that_make_no_set_fail_the_commit(string json, string reason, string message)
    {
        using var parser = new ParserFixture();
        Assert.Equal((reason, message), await parser.FailsAsync([("a.json", Coco.Text(json)), ("a.png", Image)], DataFormat.Coco));
    }

    [Fact]
    public async Task Limits_hold()
    {
        using var parser = new ParserFixture(options => (options.MaxBoxes, options.MaxLabels, options.MaxRecordBytes) = (5, 2, 1024));
        var boxes = Enumerable.Range(0, 5).Select(i => (i, 1, 3, (double[])[1, 1, 2, 2])).ToList();
        byte[] Of(int count) => Coco.Json([(1, "a.png", 40, 30)], boxes.Take(count), Categories);
        Assert.Equal(1, (await parser.ParseAsync([("a.json", Of(4)), ("a.png", Image)])).Records);
        Assert.Equal(
            ("TOO_MANY_BOXES", "a.json: there are more than 5 annotated images and boxes."), await parser.FailsAsync([("a.json", Of(5)), ("a.png", Image)]));
        Assert.Equal("TOO_MANY_LABELS", (await parser.FailsAsync([("a.json", Coco.Json([(1, "a.png", 0, 0)], [], [.. Categories, (5, "cat")])), ("a.png", Image)])).Reason);
        var text = $$"""{"info": "{{new string('x', 2000)}}", "images": [{"id": 1, "file_name": "a.png"}]}""";
        Assert.Equal("RECORD_TOO_LARGE", (await parser.FailsAsync([("a.json", Coco.Text(text)), ("a.png", Image)])).Reason);

        // A message could not carry more.
        using var large = new ParserFixture();
        var crowded = Coco.Json([(1, "a.png", 40, 30)], Enumerable.Range(0, 10_001).Select(i => (i, 1, 3, (double[])[1, 1, 2, 2])), Categories);
        var (reason, message) = await large.FailsAsync([("a.json", crowded), ("a.png", Image)]);
        Assert.Equal(("NO_RECORDS", true), (reason, message.EndsWith("because it has more than 10000 annotations.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Sizes_label_names_and_marks_are_minded()
    {
        using var parser = new ParserFixture();
        // Turned, or scaled after it was annotated.
        var turned = Coco.Json([(1, "a.png", 30, 40), (2, "b.png", 40, 30)], [], Categories);
        await parser.ParseAsync([("a.json", [0xef, 0xbb, 0xbf, .. turned]), ("a.png", Image), ("b.png", Png.Of(2, 40, 30))]);
        Assert.Equal([("a.png", "has 40 × 30 pixels, its annotations are for 30 × 40")], parser.Quarantined.Select(r => (r.Source, r.Reason)));

        (string, byte[])[] files = [("a.json", Train), ("a.png", Image), ("sub/b.png", Image), ("c.png", Image)];
        await parser.ParseAsync(files, DataFormat.Coco, "dog");
        Assert.Equal([("a.png", "has annotation 101 of \"car\", which is not one of the label names")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
        Assert.Equal("COCO_INVALID", (await parser.FailsAsync([("a.json", [0xff, 0xfe, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Train))]), ("a.png", Image)])).Reason);
    }

    [Fact]
    public async Task Categories_are_the_label_names_in_the_order_of_their_ids()
    {
        using var parser = new ParserFixture();
        byte[] Of(string image, params (int, string)[] categories) => Coco.Json([(1, image, 40, 30)], [], categories);
        // No box is of any of them.
        var parsed = await parser.ParseAsync([("a.json", Of("a.png", (18, "dog"), (3, "car"))), ("a.png", Image)]);
        Assert.Equal(["car", "dog"], parsed.Facts.LabelNames);
        // A second file has more, one of them by another id and one by an id that is taken.
        (string, byte[])[] files = [("a.zip", Archive.Zip(("a.json", Of("a.png", (3, "car"), (18, "dog"))), ("b.json", Of("b.png", (2, "dog"), (3, "bus"), (4, "dog"))), ("a.png", Image), ("b.png", Image)))];
        Assert.Equal(["dog", "bus", "car"], (await parser.ParseAsync(files)).Facts.LabelNames);
        Assert.Equal(["cat", "dog"], (await parser.ParseAsync(files, DataFormat.Coco, "cat", "dog")).Facts.LabelNames);
        Assert.Empty((await parser.ParseAsync([("a.json", Of("a.png")), ("a.png", Image)])).Facts.LabelNames);
        // What else is in a file plays no part, and what a version is called changes with its names.
        var json = """{"info": {"categories": [{"id": 1, "name": "no"}]}, "images": [{"id": 1, "file_name": "a.png"}], "categories": [{"name": "b", "id": 2.0, "more": {"name": "no", "id": 0}}, {"id": 1, "name": "a"}]}""";
        Assert.Equal(["a", "b"], (await parser.ParseAsync([("a.json", Coco.Text(json)), ("a.png", Image)])).Facts.LabelNames);
        Assert.NotEqual(parsed.Digest, (await parser.ParseAsync([("a.json", Of("a.png", (18, "dog"), (3, "car"))), ("a.png", Image)], DataFormat.Coco, "dog", "car")).Digest);
    }

    [Fact]
    public async Task Annotations_are_found_behind_many_images()
    {
        using var parser = new ParserFixture();
        var images = Enumerable.Range(0, 600).Select(i => ($"images/{i:0000}.png", Png.Of(i))).ToList();
        var json = Coco.Json(images.Select((image, i) => (i, image.Item1, 8, 8)), [], Categories);
        var parsed = await parser.ParseAsync([("all.tar", Archive.Tar(TarEntryFormat.Ustar, [.. images, ("z.json", json)]))]);
        Assert.Equal((DataFormat.Coco, 600L), (parsed.Facts.Format, parsed.Records));
    }

    [Fact]
    public async Task An_annotation_takes_its_box_and_little_more()
    {
        var (few, many) = (await AllocatedAsync(10_000), await AllocatedAsync(50_000));
        // 48 for the box, 8 for the id with what a growing list wastes.
        Assert.InRange((many - few) / 40_000.0, 48, 80);

        static async Task<long> AllocatedAsync(int annotations)
        {
            var options = new IngestOptions();
            var json = new MemoryStream(Coco.Json([(1, "a.png", 40, 30)], Enumerable.Range(0, annotations).Select(i => (i, 1, 3, (double[])[1.5, 1, 2, 2])), Categories));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var parser = new Ingest.Formats.Coco.CocoParser(
                0, "a.json", new Ingest.Formats.Coco.CocoImages(), new Ingest.Formats.Coco.CocoLabels(options), new Ingest.Formats.Boxes.BoxIndex(options));
            // Of a stream in memory everything is read at once, on this thread.
            await JsonTokens.ReadAsync(json, "a.json", 1024, parser.Take, TestContext.Current.CancellationToken);
            parser.End();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Pieces_of_any_size_give_the_same_tokens()
    {
        for (var piece = 1; piece < 40; piece++)
        {
            var numbers = new List<double>();
            await JsonTokens.ReadAsync(
                new Pieces(Train, piece), "a.json", 1024,
                (ref System.Text.Json.Utf8JsonReader token) =>
                {
                    if (token.TokenType == System.Text.Json.JsonTokenType.Number)
                    {
                        numbers.Add(token.GetDouble());
                    }
                },
                TestContext.Current.CancellationToken);
            using var document = System.Text.Json.JsonDocument.Parse(Train);
            Assert.Equal(Numbers(document.RootElement), numbers);
        }

        static IEnumerable<double> Numbers(System.Text.Json.JsonElement element) => element.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Number => [element.GetDouble()],
            System.Text.Json.JsonValueKind.Array => element.EnumerateArray().SelectMany(Numbers),
            System.Text.Json.JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Numbers(p.Value)),
            _ => [],
        };
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
