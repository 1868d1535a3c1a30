using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>Which of the files may be COCO annotations: those that begin as a JSON object, and are not called images.</summary>
internal static class CocoFiles
{
    private const int HeadBytes = 512;

    private static readonly HashSet<string> ImageExtensions =
        new([".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp"], StringComparer.OrdinalIgnoreCase);

    /// <returns>The content from its beginning, the caller's to dispose; null when the file is something else.</returns>
    public static async Task<Stream?> OpenAsync(EntryWalk entry, CancellationToken cancel)
    {
        // Not opening what is called an image spares a look at each of them.
        if (ImageExtensions.Contains(Path.GetExtension(entry.Name)) || IsRemark(entry))
        {
            return null;
        }

        var content = new HeadStream(entry.OpenContent(), HeadBytes);
        try
        {
            var (head, _) = await content.PeekAsync(cancel);
            if (StartsObject(head.Span))
            {
                return content;
            }
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }

        await content.DisposeAsync();
        return null;
    }

    public static bool IsRemark(EntryWalk entry) => entry.InArchive && EntryPlace.IsRemark(entry.Name);

    private static bool StartsObject(ReadOnlySpan<byte> head)
    {
        head = head.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? head[3..] : head;
        return head.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }
}
