using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using CsCheck;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class YoloTests
{
    private static readonly byte[] Image = Png.Of(1, 40, 20);

    // By hand, of 40 × 20 pixels: centre (20, 5), size 10 × 4; and the whole image.
    private static readonly byte[] Labels = Text("1 0.5 0.25 0.25 0.2\r\n\n0\t0.5 0.5 1 1\n");
    private static readonly Box[] Expected = [new Box { X = 15, Y = 3, Width = 10, Height = 4, Label = "dog" }, new Box { Width = 40, Height = 20, Label = "cat" }];

    [Theory]
    [InlineData("beside")]
    [InlineData("Ultralytics")]
    [InlineData("Roboflow")]
    [InlineData("texts first in a tar")]
    [InlineData("texts last in a tar.gz")]
    [InlineData("two uploads")]
    public async Task Images_get_the_boxes_of_their_texts(string layout)
    {
        (string, byte[]) names = ("data.yaml", Text("# made by hand\npath: ../x\ntrain: images/train\nnested: {names: [no], more: [[1], {a: b}]}\nnc: 2\nnames: ['cat', dog]\n"));
        (string, byte[])[] images = layout == "Roboflow" ? [("train/images/1.png", Image), ("valid/images/2.png", Image)] : [("images/train/1.png", Image), ("images/val/2.png", Image)];
        (string, byte[])[] texts = layout switch
        {
            "beside" => [("images/train/1.txt", Labels)],
            "Roboflow" => [("train/labels/1.txt", Labels), ("valid/labels/2.txt", [])],
            _ => [("labels/train/1.txt", Labels), ("labels/val/2.txt", Text("\n"))],
        };
        (string, byte[])[] files = layout switch
        {
            "texts first in a tar" => [("all.tar", Archive.Tar(TarEntryFormat.Pax, [.. texts, names, .. images]))],
            "texts last in a tar.gz" => [("all.tgz", Idx.Gzip(Archive.Tar(TarEntryFormat.Gnu, [.. images, .. texts, names])))],
            "two uploads" => [("images.zip", Archive.Zip(images)), ("labels.zip", Archive.Zip([.. texts, names]))],
            "beside" => [.. images, .. texts, names],
            _ => [("all.zip", Archive.Zip([.. images, .. texts, names, ("README.dataset.txt", Text("about")), ("train.txt", Text("./images/train/1.png\n"))]))],
        };
        using var parser = new ParserFixture();
        var parsed = await parser.ParseAsync(files);
        Assert.Equal((DataFormat.Yolo, 2L, 0L), (parsed.Facts.Format, parsed.Records, parsed.Rejected));
        Assert.Equal([("train", 1L), ("validation", 1L)], parsed.Facts.Splits.Select(s => (s.Name, s.RecordCount)));
        Assert.Equal(["cat", "dog"], parsed.Facts.LabelNames);
        var records = await parser.ReadAsync(files);
        Assert.Equal(Expected, records[0].Values[1].Boxes.Boxes);
        Assert.Empty(records[1].Values[1].Boxes.Boxes);
        Assert.Equal([("cat", 1L), ("dog", 1L)], parsed.Statistics.Columns[1].TopValues.Select(v => (v.Value, v.Count)));
    }

    [Theory]
    [InlineData("data.yaml", "names:\n  0: cat\n  2: 'dog: big'\n", "cat,1,dog: big")]
    [InlineData("data.yaml", "names: [cat, dog, \"a b\"]\n---\nmore: 1\n", "cat,dog,a b")]
    [InlineData("classes.txt", "cat\r\ndog\n\n", "cat,dog")]
    [InlineData("obj.names", "cat\ndog", "cat,dog")]
    [InlineData("data.yaml", "nc: 3\n", "")]
    public async Task Class_names_come_from_the_files(string name, string text, string expected)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("1.png", Image), ("1.txt", Text("0 0.5 0.5 0.5 0.5\n")), (name, Text(text))];
        Assert.Equal(expected, string.Join(',', (await parser.ParseAsync(files)).Facts.LabelNames));
        // Without names a class is its number.
        Assert.Equal(expected.Length > 0 ? "cat" : "0", (await parser.ReadAsync(files))[0].Values[1].Boxes.Boxes[0].Label);
        var asked = await parser.ReadAsync(files, new DatasetVersion { LabelNames = { "first", "second" } });
        Assert.Equal("first", asked[0].Values[1].Boxes.Boxes[0].Label);
    }

    [Theory]
    [InlineData("data.yaml", "names: [a, a]", "data.yaml, name 2: \"a\" is there twice.")]
    [InlineData("data.yaml", "names: {x: a}", "data.yaml, line 1: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "a: 1\nnames: *other\n", "data.yaml, line 2: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "train: a\nx: [d: !!!!!]!!!!!!!!!", "data.yaml: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "names: [a, [b]]", "data.yaml, line 1: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "names: {2000000000: a}", "data.yaml, line 1: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "a: {\n\uFEFF", "data.yaml: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("data.yaml", "train: a\nnested: {a: [1, {b: c}]}**************************", "data.yaml: this is no YAML, or its names are neither a list nor a map from numbers.")]
    [InlineData("classes.txt", "a\n\nb\n", "classes.txt, line 2: a label name has 1 to 256 characters, none of them a control character.")]
    public async Task Names_that_are_none_fail_the_commit(string name, string text, string message)
    {
        using var parser = new ParserFixture();
        Assert.Equal(("LABEL_NAMES_INVALID", message), await parser.FailsAsync([("1.png", Image), ("1.txt", Labels), (name, Text(text))]));
    }

    [Fact]
    public async Task Lists_that_differ_fail_the_commit_and_equal_ones_do_not()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("1.png", Image), ("1.txt", Labels), ("a/data.yaml", Text("names: [cat, dog]")), ("b/classes.txt", Text("cat\ndog\n"))];
        Assert.Equal(["cat", "dog"], (await parser.ParseAsync(files)).Facts.LabelNames);
        files[3] = ("b/classes.txt", Text("dog\ncat\n"));
        Assert.Equal(("LABEL_NAMES_INVALID", "a/data.yaml and b/classes.txt name the classes differently."), await parser.FailsAsync(files));
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.5", "has a label file whose line 1 is not \"class x y width height\"")]
    [InlineData("1 0.5 0.5 0.5 0.5\n0 0.1 0.2 0.3 0.4 0.5 0.6\n", "has a label file whose line 2 is not")]
    [InlineData("0 nan 0.5 0.5 0.5", "has a label file whose line 1 is not")]
    [InlineData("0 0.5 0.5 inf 0.5", "has a label file whose line 1 is not")]
    [InlineData("0 0.5 0.5 1e999 0.5", "has a label file whose line 1 is not")]
    [InlineData("0 0.5 0.5 -0.5 0.5", "has a label file whose line 1 is not")]
    [InlineData("0 0.5 0.5 0 0.5", "has a label file whose line 1 is not")]
    [InlineData("0.5 0.5 0.5 0.5 0.5", "has a text beside it that has no lines")]
    [InlineData("a cat", "has a text beside it that has no lines")]
    [InlineData("0 100 50 20 30", "has a label file whose line 1 reaches outside its 40 × 20 pixels; coordinates are shares of 0 to 1")]
    [InlineData("0 0.1 0.5 0.3 0.5", "has a label file whose line 1 reaches outside its 40 × 20 pixels")]
    [InlineData("2 0.5 0.5 0.5 0.5", "has a label file whose line 1 is of class 2; there are 2 class names, from 0 on")]
    public async Task Bad_lines_reject_their_image(string text, string reason)
    {
        using var parser = new ParserFixture();
        await parser.ParseAsync(
            [("1.png", Image), ("1.txt", Text(text)), ("2.png", Image), ("2.txt", Labels), ("classes.txt", Text("cat\ndog"))], DataFormat.Yolo);
        Assert.Equal("1.png", parser.Quarantined.Single().Source);
        Assert.StartsWith(reason, parser.Quarantined.Single().Reason);
    }

    [Fact]
    public async Task A_box_is_cut_within_a_pixel()
    {
        using var parser = new ParserFixture();
        // From −0.8 to 7.2, and from 16 to 20.6.
        var records = await parser.ReadAsync([("1.png", Image), ("1.txt", Text("0 0.08 0.915 0.2 0.23\n"))]);
        var box = records[0].Values[1].Boxes.Boxes[0];
        Assert.Equal((0.0, 7.2, 16.0, 4.0), (box.X, Math.Round(box.Width, 9), Math.Round(box.Y, 9), Math.Round(box.Height, 9)));
    }

    [Fact]
    public async Task Files_without_each_other_and_files_too_many()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 2048);
        var zip = Archive.Zip(("images/1.png", Image), ("labels/2.txt", Labels), ("notes.txt", Text("remarks")), ("images/3.png", [1]), ("images/4.png", Image), ("labels/4.txt", new byte[4000]));
        await parser.ParseAsync([("a.zip", zip)], new DatasetVersion { Format = DataFormat.Yolo, MaxRejectedFraction = 1 });
        Assert.Equal(
            [
                ("a.zip:images/3.png", "is not a PNG, JPEG, WebP, GIF or TIFF image"), ("a.zip:images/4.png", "has a label file that has more than 2048 bytes"),
                ("a.zip:labels/2.txt", "is a label file without an image"),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
        var twice = await parser.FailsAsync([("a.zip", Archive.Zip(("images/1.png", Image), ("images/1.txt", Labels), ("labels/1.txt", Labels)))]);
        Assert.Equal(("YOLO_LABELS_TWICE", "a.zip:labels/1.txt is a second label file for the image of images/1.txt."), twice);
        // The same names in several uploads: each image has the text of its own.
        var (first, second) = (Text("0 0.5 0.5 0.5 0.5"), Text("1 0.5 0.5 0.5 0.5"));
        var records = await parser.ReadAsync([("a.zip", Archive.Zip(("1.png", Image), ("1.txt", first))), ("b.zip", Archive.Zip(("1.png", Image), ("1.txt", second)))]);
        Assert.Equal(["0", "1"], records.Select(r => r.Values[1].Boxes.Boxes.Single().Label));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Label_files_that_all_miss_their_images_fail_the_commit(bool strict)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files =
        [
            ("images.zip", Archive.Zip(("dataset/images/1.png", Image), ("dataset/images/2.png", Image))),
            ("labels.zip", Archive.Zip(("labels/1.txt", Labels), ("labels/2.txt", Labels), ("README.txt", Text("remarks")))),
        ];
        var error = await Assert.ThrowsAsync<Ingest.Formats.DatasetException>(() => parser.ParseAsync(files, new DatasetVersion { Format = DataFormat.Yolo, Strict = strict }));
        Assert.Equal(
            (
                "YOLO_LABELS_UNMATCHED",
                "No label file is for one of the images: labels.zip:labels/1.txt should have the path of its image but for the extension, or \"labels\" where that has \"images\"; the first image is images.zip:dataset/images/1.png."),
            (error.Reason, error.Message));

        // One that fits shows that the others are just missing.
        files[0] = ("images.zip", Archive.Zip(("dataset/images/1.png", Image), ("images/2.png", Image)));
        Assert.Equal((2, 1), await parser.ParseAsync(files, DataFormat.Yolo) is var parsed ? (parsed.Records, parsed.Rejected) : default);
    }

    [Fact]
    public async Task Hostile_yaml_ends_soon()
    {
        using var parser = new ParserFixture();
        string[] hostile =
        [
            "a: " + new string('[', 200_000), "a: " + string.Concat(Enumerable.Repeat("{a: ", 50_000)), string.Concat(Enumerable.Repeat("- ", 100_000)), new string('?', 100_000),
            "a: &x [1]\nb: &y [*x,*x,*x,*x]\nc: &z [*y,*y,*y,*y]\nnames: *z", string.Concat(Enumerable.Range(0, 20_000).Select(i => new string(' ', i % 1000) + "a:\n")), "%YAML " + new string('9', 100_000),
        ];
        foreach (var yaml in hostile)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                Assert.Empty((await parser.ParseAsync([("1.png", Image), ("1.txt", Labels), ("data.yaml", Text(yaml))], DataFormat.Yolo)).Facts.LabelNames);
            }
            catch (Ingest.Formats.DatasetException e)
            {
                Assert.Equal("LABEL_NAMES_INVALID", e.Reason);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }

            // Of a second at most; what grows with the square takes a minute.
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), yaml[..20]);
        }
    }

    /// <summary>Boxes in pixels that are exact in both layouts: quarters of a pixel, on an image whose sides are powers of two.</summary>
    [Fact]
    public async Task Both_layouts_of_annotations_give_the_same_boxes()
    {
        using var parser = new ParserFixture(inMemory: true);
        var side = Gen.Int[0, 255].SelectMany(start => Gen.Int[1, 256 - start].Select(length => (start, length)));
        var box = Gen.Select(side, side, Gen.Int[0, 2]);
        await box.List[0, 8].List[1, 4].SampleAsync(
            async images =>
            {
                string[] names = ["cat", "dog", "cow"];
                var all = images.Select((boxes, i) => (Name: $"{i}.png", Boxes: boxes.Select(b => (X: b.Item1.start / 4.0, Y: b.Item2.start / 8.0, W: b.Item1.length / 4.0, H: b.Item2.length / 8.0, Class: b.Item3)).ToList())).ToList();
                (string, byte[])[] pictures = [.. all.Select(image => (image.Name, Png.Of(1, 64, 32)))];
                var json = Coco.Json(
                    all.Select((image, i) => (i, image.Name, 64, 32)),
                    all.SelectMany((image, i) => image.Boxes.Select((b, j) => ((i * 100) + j, i, b.Class, (double[])[b.X, b.Y, b.W, b.H]))),
                    names.Select((name, i) => (i, name)));
                var texts = all.Select(image => ($"{image.Name[..^4]}.txt", Text(string.Concat(image.Boxes.Select(b =>
                    FormattableString.Invariant($"{b.Class} {(b.X + (b.W / 2)) / 64} {(b.Y + (b.H / 2)) / 32} {b.W / 64} {b.H / 32}\n"))))));
                var coco = await parser.ReadAsync([("c.zip", Archive.Zip([.. pictures, ("annotations.json", json)]))], new DatasetVersion { Format = DataFormat.Coco });
                var yolo = await parser.ReadAsync([("y.zip", Archive.Zip([.. pictures, .. texts, ("classes.txt", Text("cat\ndog\ncow"))]))], new DatasetVersion { Format = DataFormat.Yolo });
                var expected = all.Select(image => image.Boxes.Select(b => new Box { X = b.X, Y = b.Y, Width = b.W, Height = b.H, Label = names[b.Class] }).ToList());
                Assert.Equal(expected, coco.Select(r => r.Values[1].Boxes.Boxes.ToList()));
                Assert.Equal(expected, yolo.Select(r => r.Values[1].Boxes.Boxes.ToList()));
            },
            iter: 50, threads: 1);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
