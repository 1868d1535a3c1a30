using System.Runtime.InteropServices;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Boxes of photographs with an EXIF orientation lie on their objects, from the annotation file to the row. libvips says what is upright.</summary>
public sealed class TurnedPhotographTests
{
    private static readonly RecordSchema Schema = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("boxes", ColumnKind.Boxes));

    public static TheoryData<int, string> Photographs => new(
        [.. Enumerable.Range(1, 8).Select(o => (o, ".jpg[Q=100]")), (6, ".png"), (6, ".webp[lossless]"), (8, ".tif[compression=lzw]"), (3, ".tif[bigtiff=false]")]);

    [Theory]
    [MemberData(nameof(Photographs))]
    public async Task A_box_lies_on_its_object(int orientation, string suffix)
    {
        var file = Photograph.Of(orientation, suffix);
        Assert.Equal(orientation, ExifOrientation.Of(file));
        var name = "photo" + suffix.Split('[')[0];
        var (width, height, upright) = Photograph.Upright(file);
        Assert.Equal(orientation >= 5, (width, height) == (Photograph.Height, Photograph.Width));
        var stored = Photograph.Rectangle;
        byte[] Listed(int across, int down, (int X, int Y, int Width, int Height) box) =>
            Coco.Json([(1, name, across, down)], [(1, 1, 1, [box.X, box.Y, box.Width, box.Height])], [(1, "thing")]);
        var label = FormattableString.Invariant(
            $"0 {(upright.X + (upright.Width / 2.0)) / width} {(upright.Y + (upright.Height / 2.0)) / height} {(double)upright.Width / width} {(double)upright.Height / height}");
        List<(string, byte[])> annotations = [("a.json", Listed(width, height, upright)), ("a.json", Listed(0, 0, upright)), ("photo.txt", System.Text.Encoding.UTF8.GetBytes(label))];
        if (orientation >= 5)
        {
            annotations.Add(("a.json", Listed(Photograph.Width, Photograph.Height, stored)));
        }

        using var parser = new ParserFixture();
        foreach (var annotation in annotations)
        {
            var record = Assert.Single(await parser.ReadAsync([annotation, (name, file)]));
            var box = Assert.Single(record.Values[1].Boxes.Boxes);
            Assert.Equal((stored.X, stored.Y, stored.Width, stored.Height), (Math.Round(box.X, 9), Math.Round(box.Y, 9), Math.Round(box.Width, 9), Math.Round(box.Height, 9)));
            Follow(record.Values[0].Image.Data.ToByteArray(), box, autoOrient: true);
            Follow(record.Values[0].Image.Data.ToByteArray(), box, autoOrient: false);
        }
    }

    [Fact]
    public async Task A_photograph_of_another_size_is_rejected()
    {
        using var parser = new ParserFixture();
        var file = Photograph.Of(6);
        var json = Coco.Json([(1, "1.jpg", 48, 65), (2, "2.jpg", 48, 64)], [], [(1, "thing")]);
        await parser.ParseAsync([("a.json", json), ("1.jpg", file), ("2.jpg", file)]);
        Assert.Equal([("1.jpg", "has 64 × 48 pixels, its annotations are for 48 × 65")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    [Fact]
    public void A_file_that_is_cut_off_or_lies_is_upright()
    {
        foreach (var suffix in (string[])[".jpg", ".png", ".webp", ".tif"])
        {
            var file = Photograph.Of(6, suffix);
            for (var length = 0; length < file.Length; length++)
            {
                Assert.True(ExifOrientation.Of(file.AsSpan(0, length)) is 1 or 6);
            }

            for (var at = 8; at < Math.Min(file.Length, 300); at++)
            {
                byte[] lying = [.. file];
                lying.AsSpan(at, Math.Min(4, lying.Length - at)).Fill(0xff);
                Assert.InRange(ExifOrientation.Of(lying), 1, 8);
            }
        }
    }

    /// <summary>The rectangle is looked for in the row's image; the row's box has to be there.</summary>
    private static void Follow(byte[] file, V1.Box box, bool autoOrient)
    {
        var pipeline = Pipeline.Create(
            new PipelineSpec([TransformSpec.Of("decode-image", $$"""{"auto_orient":{{(autoOrient ? "true" : "false")}}}"""), TransformSpec.Of("boxes", """{"max_boxes":1}""")]), Schema);
        var record = new RawRecord("photo", Schema, new[]
        {
            RecordValue.OfImage(RawImage.OfFile(file)), RecordValue.OfBoxes(new[] { new Transforms.Records.Box(box.X, box.Y, box.Width, box.Height, box.Label.Length > 0 ? box.Label : "0") }),
        });
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(record);
        var fitted = pipeline.Finish(fitter.Complete());
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        fitted.ApplyRecord(record, rows[0]);
        var shape = fitted.Columns[0].Shape;
        var (x, y, width, height) = Photograph.Find(rows.Column(0).Span[..(shape[1] * shape[2])], shape[2]);
        float[] expected = [0, (x + (width / 2f)) / shape[2], (y + (height / 2f)) / shape[1], (float)width / shape[2], (float)height / shape[1]];
        Assert.All(MemoryMarshal.Cast<byte, float>(rows.Column(1).Span).ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }
}
