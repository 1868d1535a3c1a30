using System.Runtime.InteropServices;
using System.Text.Json;
using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Detection;

/// <summary>Boxes of photographs with items pasted on them, against those that numpy counted.</summary>
public class CompositesTests
{
    private static readonly RecordSchema Schema = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("boxes", ColumnKind.Boxes));

    [Fact]
    public void Boxes_are_those_of_the_annotations()
    {
        var folder = DataSets.Path("composites");
        var golden = DataSets.Golden("composites").GetProperty("splits").GetProperty("test");
        var records = Read(Path.Combine(folder, "coco"), "test");
        // Resizing to half leaves shares as they are.
        var fitted = Pipelines.Fit(Pipeline.Create(
            new([Of("decode-image"), Of("resize", """{"width":160,"height":120}"""), Of("boxes", """{"max_boxes":8}""")]), Schema), [.. records.Values]);
        var names = fitted.Output("boxes")!.ClassNames;
        Assert.Equal(names.Order(StringComparer.Ordinal), names);

        var found = records.ToDictionary(record => record.Key, record => MemoryMarshal.Cast<byte, float>(fitted.Row(record.Value)[1]).ToArray().Chunk(5).TakeWhile(row => row[0] >= 0).ToArray());
        Assert.Equal(golden.GetProperty("boxes").GetInt32(), found.Values.Sum(boxes => boxes.Length));
        Assert.Equal(
            golden.GetProperty("perClass").EnumerateArray().ToDictionary(pair => pair[0].GetString()!, pair => pair[1].GetInt32()).OrderBy(pair => pair.Key),
            found.Values.SelectMany(boxes => boxes).CountBy(row => names[(int)row[0]]).OrderBy(pair => pair.Key));
        Assert.Equal(golden.GetProperty("area").GetDouble(), found.Values.SelectMany(boxes => boxes).Sum(row => (double)row[3] * row[4] * 320 * 240), 1.0);
        foreach (var image in golden.GetProperty("first").EnumerateArray())
        {
            var expected = image[1].EnumerateArray().Select(box => (Name: box[0].GetString(), X: box[1].GetDouble(), Y: box[2].GetDouble(), Width: box[3].GetDouble(), Height: box[4].GetDouble())).ToArray();
            var rows = found[image[0].GetString()!];
            Assert.Equal(expected.Length, rows.Length);
            Assert.All(rows.Zip(expected), pair =>
            {
                var (row, box) = pair;
                Assert.Equal(box.Name, names[(int)row[0]]);
                Assert.Equal((box.X + box.Width / 2) / 320, row[1], 1e-5);
                Assert.Equal((box.Y + box.Height / 2) / 240, row[2], 1e-5);
                Assert.Equal(box.Width / 320, row[3], 1e-5);
                Assert.Equal(box.Height / 240, row[4], 1e-5);
            });
        }
    }

    private static Dictionary<string, RawRecord> Read(string folder, string split)
    {
        using var coco = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "annotations", $"instances_{split}.json")));
        var names = coco.RootElement.GetProperty("categories").EnumerateArray().ToDictionary(category => category.GetProperty("id").GetInt32(), category => category.GetProperty("name").GetString()!);
        var boxes = coco.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(annotation => annotation.GetProperty("image_id").GetInt32(), annotation =>
        {
            var box = annotation.GetProperty("bbox").EnumerateArray().Select(side => side.GetDouble()).ToArray();
            return new Box(box[0], box[1], box[2], box[3], names[annotation.GetProperty("category_id").GetInt32()]);
        });
        return coco.RootElement.GetProperty("images").EnumerateArray().ToDictionary(image => image.GetProperty("file_name").GetString()!, image => new RawRecord(
            image.GetProperty("file_name").GetString()!, Schema, new[]
            {
                RecordValue.OfImage(RawImage.OfFile(File.ReadAllBytes(Path.Combine(folder, split, image.GetProperty("file_name").GetString()!)))),
                RecordValue.OfBoxes(boxes[image.GetProperty("id").GetInt32()].ToArray()),
            }));
    }
}
