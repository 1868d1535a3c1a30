using CsCheck;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Damages files at random.</summary>
internal static class Mutations
{
    /// <summary>What parsers stumble over.</summary>
    private static readonly byte[][] Tokens =
    [
        "\""u8.ToArray(), "\n"u8.ToArray(), "\t"u8.ToArray(), ","u8.ToArray(), "{"u8.ToArray(), "]"u8.ToArray(), "\\"u8.ToArray(), "NaN"u8.ToArray(), "-1"u8.ToArray(),
        "1e999"u8.ToArray(), "null"u8.ToArray(), "\0"u8.ToArray(), [0xff], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], "&a *a"u8.ToArray(), [0xed, 0xa0, 0x80], "\u001b["u8.ToArray(),
    ];

    /// <summary>Up to four of: a byte set, a run filled, a piece cut out, a piece doubled, the end cut off, a token put in.</summary>
    public static Gen<byte[]> Of(byte[] bytes) =>
        Gen.Select(Gen.Int[0, 6], Gen.Double.Unit, Gen.Int[1, 64], Gen.Byte).List[1, 4].Select(steps => steps.Aggregate(bytes, Apply));

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
            case 4:
                return bytes[..at];
            default:
                return [.. bytes[..at], .. Tokens[step.Value % Tokens.Length], .. bytes[at..]];
        }
    }
}
