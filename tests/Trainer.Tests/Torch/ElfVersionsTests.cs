using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using CsCheck;
using Mesh.Tests.Shared;
using Mesh.Trainer.Torch;
using Xunit;

namespace Mesh.Trainer.Tests.Torch;

public sealed class ElfVersionsTests
{
    private const string Wanted = "GLIBCXX_3.4.32";

    // Header 64 | strings 64..128 | Verneed at 128 with two Vernaux at 144 and 160 | section headers at 176: null, strtab, verneed.
    private static byte[] SmallElf()
    {
        var elf = new byte[176 + 3 * 64];
        "\u007fELF"u8.CopyTo(elf);
        elf[4] = 2;
        elf[5] = 1;
        U64(0x28, 176);
        U16(0x3a, 64);
        U16(0x3c, 3);
        Encoding.ASCII.GetBytes("\0libstdc++.so.6\0GLIBCXX_3.4\0GLIBCXX_3.4.32\0").CopyTo(elf, 64);
        U16(128, 1); U16(130, 2); U32(132, 1); U32(136, 16); U32(140, 0);
        U32(144, 0x1111); U16(148, 0); U16(150, 2); U32(152, 16); U32(156, 16);
        U32(160, 0x2222); U16(164, 0); U16(166, 3); U32(168, 28); U32(172, 0);
        Section(1, type: 3, offset: 64, size: 64, link: 0, info: 0);
        Section(2, type: 0x6ffffffe, offset: 128, size: 48, link: 1, info: 1);
        return elf;

        void U16(int at, ushort v) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(at), v);
        void U32(int at, uint v) => BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(at), v);
        void U64(int at, ulong v) => BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(at), v);
        void Section(int index, uint type, ulong offset, ulong size, uint link, uint info)
        {
            var at = 176 + index * 64;
            U32(at + 4, type); U64(at + 0x18, offset); U64(at + 0x20, size); U32(at + 0x28, link); U32(at + 0x2c, info);
        }
    }

    [Fact]
    public void Only_the_flag_of_that_version_changes()
    {
        var elf = SmallElf();
        Assert.True(ElfVersions.MakeOptional(elf, Wanted));
        var expected = SmallElf();
        expected[164] = 2;
        Assert.Equal(expected, elf);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("GLIBCXX_3.4.320")]
    [InlineData("GLIBC_2.2.5")]
    public void Another_version_changes_nothing(string version)
    {
        var elf = SmallElf();
        Assert.False(ElfVersions.MakeOptional(elf, version));
        Assert.Equal(SmallElf(), elf);
    }

    [Fact]
    public void Damage_is_refused_or_harmless()
    {
        Gen.Select(Gen.Int[0, SmallElf().Length - 1], Gen.Byte).Array[1, 6].Sample(edits =>
        {
            var elf = SmallElf();
            foreach (var (at, value) in edits) elf[at] = value;
            Try(elf);
        }, iter: 5000);
        for (var length = 0; length < SmallElf().Length; length++) Try(SmallElf()[..length]);

        static void Try(byte[] elf)
        {
            try { ElfVersions.MakeOptional(elf, Wanted); }
            catch (InvalidDataException) { }
        }
    }

    [Fact]
    public async Task The_real_library_differs_in_one_byte_and_readelf_sees_a_weak_version()
    {
        var library = Path.Combine(NativeTorch.Folder(), "libLibTorchSharp.so");
        var original = await File.ReadAllBytesAsync(library, TestContext.Current.CancellationToken);
        var patched = original.ToArray();
        Assert.True(ElfVersions.MakeOptional(patched, Wanted));
        var changed = Assert.Single(Enumerable.Range(0, original.Length), i => original[i] != patched[i]);
        Assert.Equal((0, 2), (original[changed], patched[changed]));

        if (!File.Exists("/usr/bin/readelf")) return;
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("copy.so"), patched, TestContext.Current.CancellationToken);
        using var readelf = Process.Start(new ProcessStartInfo("/usr/bin/readelf", ["-V", folder.File("copy.so")]) { RedirectStandardOutput = true })!;
        var output = await readelf.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Matches(@"Name: GLIBCXX_3\.4\.32\s+Flags: WEAK", output);
        Assert.Single(output.Split('\n'), line => line.Contains("WEAK"));
    }
}
