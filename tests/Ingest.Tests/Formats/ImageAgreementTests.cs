using Mesh.Ingest.Formats;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Records;
using Mesh.Ingest.Tests.Data;
using Mesh.Transforms;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>What Ingest takes for an image is what decode-image reads: one file that it does not read fails every run over a version.</summary>
public sealed class ImageAgreementTests
{
    private static readonly Pipeline Decode = Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image", "{}")]));

    public static TheoryData<string, byte[]> Files => new()
    {
        { "png", Png.Of(1, 3, 2) },
        { "gif", Pictures.Gif },
        { "webp", Pictures.WebP },
        { "tiff, little-endian", Pictures.Tiff(bigEndian: false) },
        { "tiff, big-endian", Pictures.Tiff(bigEndian: true) },
        { "bmp", Pictures.Bmp },
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
        var file = Pictures.Tiff(bigEndian: false);
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
            Decode.NewFitter().Observe(RawRecord.Encoded("x", file, null));
            return true;
        }
        catch (TransformException)
        {
            return false;
        }
    }

    private static string? Problem(ReadOnlyMemory<byte> file) => ImageCheck.Take(file, new RecordRow(RecordFormats.ImageSchema), 0, new IngestOptions());
}
