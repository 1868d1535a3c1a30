using System.Text;
using System.Text.Json;

namespace Mesh.Ingest.Tests.Data;

/// <summary>COCO annotation files (cocodataset.org/#format-data), written by System.Text.Json.</summary>
internal static class Coco
{
    public static byte[] Json(
        IEnumerable<(int Id, string FileName, int Width, int Height)> images, IEnumerable<(int Id, int Image, int Category, double[] Box)> annotations,
        IEnumerable<(int Id, string Name)> categories) => JsonSerializer.SerializeToUtf8Bytes(new
        {
            info = new { year = 2017, contributor = "tests" },
            images = images.Select(i => new { id = i.Id, file_name = i.FileName, width = i.Width, height = i.Height, license = 1 }),
            annotations = annotations.Select(a => new
            {
                id = a.Id, image_id = a.Image, category_id = a.Category, bbox = a.Box, area = 1.5, iscrowd = 0, segmentation = new[] { new[] { 1.0, 2.0, 3.0 } },
            }),
            categories = categories.Select(c => new { id = c.Id, name = c.Name, supercategory = "thing" }),
        });

    public static byte[] Text(string json) => Encoding.UTF8.GetBytes(json);
}
