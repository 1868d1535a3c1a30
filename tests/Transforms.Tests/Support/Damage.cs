using CsCheck;

namespace Mesh.Transforms.Tests.Support;

/// <summary>Bytes that somebody changed, by chance or on purpose.</summary>
internal static class Damage
{
    public static Gen<(int Kind, int At, byte Value, int Length)[]> Changes { get; } =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1 << 20], Gen.Byte, Gen.Int[0, 40]).Array[1, 4];

    /// <summary>Replaces, inserts, removes and repeats bytes behind a header.</summary>
    public static byte[] To(byte[] good, (int Kind, int At, byte Value, int Length)[] changes, int header)
    {
        var bytes = good.ToList();
        foreach (var (kind, at, value, length) in changes)
        {
            var place = header + (at % Math.Max(1, bytes.Count - header));
            var count = Math.Min(length, bytes.Count - place);
            switch (kind)
            {
                case 0 when place < bytes.Count:
                    bytes[place] = value;
                    break;
                case 1:
                    bytes.Insert(Math.Min(place, bytes.Count), value);
                    break;
                case 2 when count > 0:
                    bytes.RemoveRange(place, count);
                    break;
                case 3 when count > 0:
                    bytes.InsertRange(place, bytes.GetRange(place, count));
                    break;
            }
        }

        return [.. bytes];
    }
}
