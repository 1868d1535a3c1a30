namespace Mesh.Transforms.Images;

/// <summary>Tells image formats apart by their first bytes.</summary>
internal static class ImageSignature
{
    public static ImageFormat Recognise(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8))
            return ImageFormat.WebP;
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return ImageFormat.Gif;
        if (file.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || file.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42]))
            return ImageFormat.Tiff;
        return ImageFormat.Unknown;
    }
}
