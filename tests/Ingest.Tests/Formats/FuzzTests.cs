using System.Formats.Tar;
using CsCheck;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Whatever is done to a file, it parses or fails as a <see cref="DatasetException"/> that names it.</summary>
public sealed class FuzzTests
{
    private static readonly (string, byte[])[] Entries = [("train/cats/1.png", Png.Of(1)), ("train/dogs/2.png", Png.Of(2)), ("test/cats/3.png", Png.Of(3, 40, 40))];

    public static TheoryData<string> Kinds => ["idx", "idx.gz", "zip", "tar-ustar", "tar-gnu", "tar-pax", "tar.gz"];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Mutated_files_never_break_the_parser(string kind)
    {
        using var parser = new ParserFixture(options => options.MaxExpandedBytes = 64 * 1024 * 1024);
        var (name, bytes) = Make(kind);
        var labels = Idx.Pair("train", 12)[1];
        await Mutations(bytes).SampleAsync(
            async mutated =>
            {
                (string, byte[])[] files = kind.StartsWith("idx", StringComparison.Ordinal) ? [(name, mutated), labels] : [(name, mutated)];
                try
                {
                    await parser.ParseAsync(files);
                }
                catch (DatasetException e)
                {
                    Assert.Matches("^[A-Z][A-Z0-9_]+$", e.Reason);
                    Assert.DoesNotContain(e.Message, char.IsControl);
                }
            },
            iter: 250, threads: 1);
    }

    private static (string Name, byte[] Bytes) Make(string kind) => kind switch
    {
        "idx" => Idx.Pair("train", 12)[0],
        "idx.gz" => Idx.Pair("train", 12, gzip: true)[0],
        "zip" => ("pets.zip", Archive.Zip(Entries)),
        "tar-ustar" => ("pets.tar", Archive.Tar(TarEntryFormat.Ustar, Entries)),
        "tar-gnu" => ("pets.tar", Archive.Tar(TarEntryFormat.Gnu, [(new string('x', 150) + "/4.png", Png.Of(4)), .. Entries])),
        "tar-pax" => ("pets.tar", Archive.Tar(TarEntryFormat.Pax, [(new string('猫', 60) + "/4.png", Png.Of(4)), .. Entries])),
        _ => ("pets.tar.gz", Idx.Gzip(Archive.Tar(TarEntryFormat.Gnu, Entries))),
    };

    /// <summary>Up to four of: a byte set, a run filled, a piece cut out, a piece doubled, the end cut off.</summary>
    private static Gen<byte[]> Mutations(byte[] bytes) =>
        Gen.Select(Gen.Int[0, 4], Gen.Double.Unit, Gen.Int[1, 64], Gen.Byte).List[1, 4].Select(steps => steps.Aggregate(bytes, Apply));

    private static byte[] Apply(byte[] bytes, (int Kind, double Where, int Length, byte Value) step)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var at = (int)(step.Where * (bytes.Length - 1));
        var length = Math.Min(step.Length, bytes.Length - at);
        var changed = (byte[])bytes.Clone();
        switch (step.Kind)
        {
            case 0:
                changed[at] = step.Value;
                return changed;
            case 1:
                changed.AsSpan(at, length).Fill(step.Value);
                return changed;
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            default:
                return bytes[..at];
        }
    }
}
