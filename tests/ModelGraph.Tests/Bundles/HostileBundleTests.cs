using System.Formats.Tar;
using System.Text;
using CsCheck;
using Mesh.ModelGraph.Bundles;
using Xunit;

namespace Mesh.ModelGraph.Tests.Bundles;

public sealed class HostileBundleTests
{
    [Theory]
    [InlineData("bundle.json")]
    [InlineData("model.onnx")]
    [InlineData("signature.json")]
    [InlineData("transforms.json")]
    [InlineData("labels.json")]
    public void A_missing_file_is_named(string name) =>
        Assert.Equal(name, Samples.Refused(Samples.Tar(Samples.Files().Where(f => f.Name != name))).File);

    [Theory]
    [InlineData("../model.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("./model.onnx")]
    [InlineData("model.onnx/../x")]
    [InlineData("readme.md")]
    public void An_unknown_name_is_refused_wherever_it_stands(string name)
    {
        for (var at = 0; at <= Samples.Files().Count; at++)
        {
            var files = Samples.Files();
            files.Insert(at, (name, [1]));
            Assert.Equal(name, Samples.Refused(Samples.Tar(files)).File);
        }
    }

    [Fact]
    public void A_file_twice_or_out_of_order_is_refused()
    {
        var twice = Samples.Files();
        twice.Insert(2, twice[1]);
        Assert.Equal("signature.json", Samples.Refused(Samples.Tar(twice)).File);

        var last = Samples.Files();
        last.Add(last[4]);
        Assert.Equal("labels.json", Samples.Refused(Samples.Tar(last)).File);

        Samples.Refused(Samples.Tar(Samples.Files().AsEnumerable().Reverse()));
    }

    [Theory]
    [InlineData("bundle.json", """{"format_version":2}""", "format_version 2")]
    [InlineData("bundle.json", """{}""", "format_version")]
    [InlineData("bundle.json", """{"format_version":1,"extra":1}""", "extra")]
    [InlineData("bundle.json", """{"format_version":1,"format_version":1}""", "uplicate")]
    [InlineData("bundle.json", "null", "null")]
    [InlineData("bundle.json", "[", "")]
    [InlineData("signature.json", """{"task":"t","inputs":[]}""", "outputs")]
    [InlineData("signature.json", """{"task":"","inputs":[],"outputs":[]}""", "task")]
    [InlineData("signature.json", """{"task":"t","inputs":[null],"outputs":[]}""", "inputs[0]")]
    [InlineData("signature.json", """{"task":"t","inputs":[{"name":"a","datatype":"FP32","shape":[0]}],"outputs":[]}""", "inputs[0].shape")]
    [InlineData("signature.json", """{"task":"t","inputs":[{"name":"a","datatype":"X","shape":[1]}],"outputs":[]}""", "inputs[0].datatype")]
    [InlineData("transforms.json", "{]", "")]
    [InlineData("labels.json", """["a",null,"b"]""", "")]
    [InlineData("labels.json", """["a","b"]""", "2 labels")]
    [InlineData("labels.json", """["a","b","b"]""", "twice")]
    [InlineData("labels.json", """{"a":1}""", "")]
    public void Content_that_is_not_well_formed_names_its_file(string file, string json, string says)
    {
        var error = Samples.Refused(Samples.With(file, json));
        Assert.Equal(file, error.File);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void Deep_json_is_refused() =>
        Assert.Equal("transforms.json", Samples.Refused(Samples.With("transforms.json", new string('[', 100_000))).File);

    [Fact]
    public void Too_large_or_empty_files_are_refused()
    {
        Assert.Contains("65536", Samples.Refused(Samples.With("bundle.json", new string(' ', 70_000) + "{}")).Message);
        Assert.Equal("labels.json", Samples.Refused(Samples.With("labels.json", "")).File);
    }

    [Fact]
    public void A_claimed_size_allocates_nothing_that_is_not_there()
    {
        var archive = Samples.Bytes(Samples.Content());
        // model.onnx's header is the third block; its size is 12 octal digits at 124. 1.9 GB:
        Claim(archive, at: 1024, size: "16000000000");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("model.onnx", Samples.Refused(archive).File);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20);
    }

    [Fact]
    public void Links_and_extension_headers_are_refused()
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "bundle.json") { LinkName = "/etc/passwd" });
        Assert.Contains("regular", Samples.Refused(stream.ToArray()).Message);
        Samples.Refused(Samples.Tar(Samples.Files(), TarEntryFormat.Pax));
    }

    [Fact]
    public void A_truncated_archive_is_refused_at_every_length()
    {
        var archive = Samples.Bytes(Samples.Content());
        for (var length = 0; length < archive.Length; length += 37) Samples.Refused(archive[..length]);
        Samples.Refused(archive[..^1]);
    }

    [Fact]
    public void Damage_is_refused_typed_or_harmless()
    {
        var archive = Samples.Bytes(Samples.Content());
        Gen.Select(Gen.Int[0, archive.Length - 1], Gen.Byte).Array[1, 8].Sample(edits =>
        {
            var damaged = archive.ToArray();
            foreach (var (at, value) in edits) damaged[at] = value;
            OnlyBundleExceptions(damaged);
        }, iter: 3000);
        Gen.Byte.Array[0, 2000].Sample(OnlyBundleExceptions, iter: 500);
    }

    private static void OnlyBundleExceptions(byte[] archive)
    {
        try
        {
            ModelBundle.Read(new MemoryStream(archive));
        }
        catch (BundleException)
        {
        }
    }

    // Writes a size and the checksum that goes with it.
    private static void Claim(byte[] archive, int at, string size)
    {
        Encoding.ASCII.GetBytes(size).CopyTo(archive, at + 124);
        "        "u8.CopyTo(archive.AsSpan(at + 148));
        var sum = archive.AsSpan(at, 512).ToArray().Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(archive, at + 148);
    }
}
