using System.Formats.Tar;
using System.Security.Cryptography;
using CsCheck;
using Mesh.ModelGraph.Bundles;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.ModelGraph.Tests.Bundles;

public sealed class ModelBundleTests
{
    [Fact]
    public void What_is_written_is_read() =>
        Gen.Select(Gen.Byte.Array[1, 3000], Gen.String[Gen.Char.AlphaNumeric, 1, 20].HashSet[0, 20]).Sample((model, labels) =>
        {
            var content = Samples.Content() with { Model = model, Labels = [.. labels, "ß\u2028\"\\"], Signature = Classes(labels.Count + 1) };
            var bytes = Samples.Bytes(content);
            var read = ModelBundle.Read(new MemoryStream(bytes));

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), read.Digest);
            Assert.Equal(model, read.Content.Model.ToArray());
            Assert.Equal(content.Transforms.ToArray(), read.Content.Transforms.ToArray());
            Assert.Equal(content.Labels, read.Content.Labels);
            Assert.Equal([-1, 1, 28, 28], read.Content.Signature.Inputs[0].Shape);
            Assert.Equal(bytes, Samples.Bytes(read.Content));
        }, iter: 200);

    private static BundleSignature Classes(int count) =>
        Samples.Content().Signature with { Outputs = [new TensorSignature("logits", "FP32", [-1, count])] };

    [Fact]
    public void Writing_returns_the_digest_of_the_bytes_and_never_changes()
    {
        using var stream = new MemoryStream();
        var digest = ModelBundle.Write(stream, Samples.Content());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream.ToArray())), digest);
        // A change here changes the digest of every model: it needs a new format_version.
        Assert.Equal("16d99cd5b5a7c75fa678b0a63ad4b533c96a1b1df06215771b3930470d337c58", digest);
    }

    [Fact]
    public void Any_tar_program_reads_it()
    {
        using var tar = new TarReader(new MemoryStream(Samples.Bytes(Samples.Content())));
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            names.Add(entry.Name);
            Assert.Equal(DateTimeOffset.UnixEpoch, entry.ModificationTime);
            Assert.Equal((0, 0), (entry.Uid, entry.Gid));
            Assert.Equal(TarEntryType.RegularFile, entry.EntryType);
        }
        Assert.Equal(["bundle.json", "model.onnx", "signature.json", "transforms.json", "labels.json"], names);
        Assert.Equal("""{"format_version":1}"""u8.ToArray(), Samples.Files()[0].Data);
    }

    [Fact]
    public void The_same_files_packed_by_another_program_are_a_bundle()
    {
        var packed = Samples.Tar(Samples.Files(), TarEntryFormat.Gnu);
        Assert.Equal(["shirt", "Öl", "\"quoted\""], ModelBundle.Read(new MemoryStream(packed)).Content.Labels);
    }

    [Fact]
    public void A_large_model_is_read_in_growing_steps()
    {
        using var folder = new TemporaryFolder();
        var model = new byte[40 << 20];
        new Random(1).NextBytes(model);
        using (var file = File.Create(folder.File("bundle.tar"))) ModelBundle.Write(file, Samples.Content() with { Model = model });
        Assert.True(ModelBundle.Read(folder.File("bundle.tar")).Content.Model.Span.SequenceEqual(model));
    }

    [Fact]
    public void Content_that_could_not_be_read_is_not_written()
    {
        Refuse("model.onnx", c => c with { Model = default });
        Refuse("transforms.json", c => c with { Transforms = "{"u8.ToArray() });
        Refuse("labels.json", c => c with { Labels = ["a", "a", "b"] });
        Refuse("labels.json", c => c with { Labels = ["", "a", "b"] });
        Refuse("labels.json", c => c with { Labels = ["only", "two"] });
        Refuse("signature.json", c => c with { Signature = c.Signature with { Inputs = [] } });
        Refuse("signature.json", c => c with { Signature = c.Signature with { Outputs = [new TensorSignature("x", "FLOAT", [1])] } });

        static void Refuse(string file, Func<BundleContent, BundleContent> spoil)
        {
            using var stream = new MemoryStream();
            var error = Assert.Throws<BundleException>(() => ModelBundle.Write(stream, spoil(Samples.Content())));
            Assert.Equal(file, error.File);
            Assert.Equal(0, stream.Length);
        }
    }
}
