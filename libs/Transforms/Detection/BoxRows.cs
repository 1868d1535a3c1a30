using System.Numerics;
using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Detection;

/// <summary>
/// Boxes as rows hold them, float32 [n, 5]: class index, centre x, centre y, width and height as shares of the image's sides; all −1 behind the last box.
/// </summary>
internal static class BoxRows
{
    public const int Values = 5;
    public const float None = -1;

    /// <summary>What becomes of boxes that leave the image in part.</summary>
    public static NumberParameter MinimumVisible { get; } =
        new("min_visible", 0, 1, "Boxes of which less is left on the image, as a share of their area, are dropped; the others keep the part that is left.", 0.25);

    /// <summary>Whether a column can be such rows.</summary>
    public static bool Fits(ColumnType type) =>
        type.Kind == ColumnKind.Tensor && type.Element == ElementType.Float32 && type.Shape is null or [_, Values];

    /// <summary>Writes one box.</summary>
    /// <param name="rows">All of them.</param>
    /// <param name="place">Which.</param>
    /// <param name="kind">Class index.</param>
    /// <param name="box">In pixels of an image of this size.</param>
    public static void Write(Span<float> rows, int place, float kind, in CentredBox box, int width, int height)
    {
        var row = rows.Slice(place * Values, Values);
        row[0] = kind;
        row[1] = (float)(box.X / width);
        row[2] = (float)(box.Y / height);
        row[3] = (float)(box.Width / width);
        row[4] = (float)(box.Height / height);
    }

    /// <summary>Takes the boxes along when their image is moved within its size; those that stay keep their order.</summary>
    /// <param name="rows">Changed in place.</param>
    /// <param name="by">Where a point goes, in pixels.</param>
    /// <param name="minimumVisible">Share of a box that has to stay on the image.</param>
    public static void Move(Span<float> rows, in Matrix3x2 by, int width, int height, double minimumVisible)
    {
        var kept = 0;
        for (var from = 0; from < rows.Length && rows[from] >= 0; from += Values)
        {
            var box = new CentredBox(rows[from + 1] * (double)width, rows[from + 2] * (double)height, rows[from + 3] * (double)width, rows[from + 4] * (double)height)
                .Moved(by);
            var visible = box.Within(Vector2.Zero, new(width, height));
            if (visible.IsEnoughOf(box, minimumVisible))
                Write(rows, kept++, rows[from], visible, width, height);
        }

        rows[(kept * Values)..].Fill(None);
    }
}
