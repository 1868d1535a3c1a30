using Mesh.Ingest.Formats;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Records;
using Mesh.Ingest.Tests.Data;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>What Ingest takes for an image is what decode-image reads: one file that it does not read fails every run over a version.</summary>
public sealed class ImageAgreementTests
{
    // The smallest files of each kind, one pixel each.
    private const string Gif = "R0lGODdhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
    private const string WebPLossless = "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==";
    private const string Bmp = "Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAA////AA==";

    private static readonly Pipeline Decode = Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image", "{}")]), RecordSchema.LabelledImages);

    public static TheoryData<string, byte[]> Files => new()
    {
        { "png", Png.Of(1, 3, 2) },
        { "gif", Convert.FromBase64String(Gif) },
        { "webp", Convert.FromBase64String(WebPLossless) },
        { "tiff, little-endian", Tiff(bigEndian: false) },
        { "tiff, big-endian", Tiff(bigEndian: true) },
        { "bmp", Convert.FromBase64String(Bmp) },
        { "png, longest side", Png.Of(1, 16384, 1) },
        { "png, too long a side", Png.Of(1, 16385, 1) },
        { "text", "no image"u8.ToArray() },
        { "bigtiff", [(byte)'I', (byte)'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Ingest_takes_what_decode_image_reads(string kind, byte[] file)
    {
        var problem = Problem(file);
        Assert.True(problem is null == Decodes(file), $"{kind}: Ingest says {problem ?? "it is an image"}");
    }

    [Fact]
    public void A_tiff_that_lies_is_no_image()
    {
        var file = Tiff(bigEndian: false);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.True(Problem(file.AsMemory(0, length)) is { } || length > 8);
        }

        file[4..8].AsSpan().Fill(0xff);
        Array.Fill(file, (byte)0xff, 4, 4);
        Assert.NotNull(Problem(file));
    }

    private static bool Decodes(byte[] file)
    {
        try
        {
            Decode.NewFitter(Decode.Unfitted).Observe(RawRecord.Encoded("x", file, null));
            return true;
        }
        catch (TransformException)
        {
            return false;
        }
    }

    /// <summary>One grey pixel: the header, one directory of eight entries, the pixel.</summary>
    private static byte[] Tiff(bool bigEndian)
    {
        const int Pixel = 8 + 2 + (8 * 12) + 4;
        (int Tag, int Type, int Value)[] entries =
        [
            (256, 4, 1), (257, 4, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, Pixel), (277, 3, 1), (279, 4, 1),
        ];
        var bytes = new List<byte>();
        bytes.AddRange(bigEndian ? "MM"u8 : "II"u8);
        Short(42);
        Long(8);
        Short(entries.Length);
        foreach (var (tag, type, value) in entries)
        {
            Short(tag);
            Short(type);
            Long(1);
            if (type == 3)
            {
                Short(value);
                Short(0);
            }
            else
            {
                Long(value);
            }
        }

        Long(0);
        bytes.Add(128);
        return [.. bytes];

        void Short(int value) => bytes.AddRange(bigEndian ? [(byte)(value >> 8), (byte)value] : (byte[])[(byte)value, (byte)(value >> 8)]);
        void Long(int value)
        {
            Short(bigEndian ? value >> 16 : value & 0xffff);
            Short(bigEndian ? value & 0xffff : value >> 16);
        }
    }

    private static string? Problem(ReadOnlyMemory<byte> file) => ImageCheck.Take(file, new RecordRow(RecordFormats.ImageSchema), 0, new IngestOptions());
}
