namespace Mesh.Ingest.Tests.Data;

/// <summary>The smallest files of each kind, one pixel each.</summary>
internal static class Pictures
{
    public static byte[] Gif => Convert.FromBase64String("R0lGODdhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=");

    /// <summary>Lossless.</summary>
    public static byte[] WebP => Convert.FromBase64String("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==");

    public static byte[] Bmp => Convert.FromBase64String("Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAA////AA==");

    /// <summary>Its headers only: start, JFIF segment, a comment and the frame of 40 × 30 pixels.</summary>
    public static byte[] Jpeg =>
    [
        0xff, 0xd8, 0xff, 0xe0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xfe, 0, 6, .. "note"u8, 0xff, 0xc0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 0x11, 0, 0xff, 0xd9,
    ];

    /// <summary>One grey pixel: the header, one directory of eight entries, the pixel.</summary>
    public static byte[] Tiff(bool bigEndian)
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
}
