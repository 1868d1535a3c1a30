using System.Text.Json;

namespace Mesh.ModelGraph.Bundles;

/// <summary>Reads the archive strictly: these files, this order, nothing more.</summary>
internal static class BundleReader
{
    private const int LongestLabel = 1024;

    // Grows with what is read: a claimed size alone allocates no more than this.
    private const int Step = 16 << 20;

    public static BundleContent Read(Stream source)
    {
        var header = Json<BundleHeader>(BundleFormat.Bundle, ReadFile(source, 0));
        if (header.FormatVersion != BundleFormat.Version)
            throw new BundleException(BundleFormat.Bundle, $"format_version {header.FormatVersion} is not known; this program reads {BundleFormat.Version}");
        var model = ReadFile(source, 1);
        var signature = Json<BundleSignature>(BundleFormat.Signature, ReadFile(source, 2));
        signature.Check();
        var transforms = ReadFile(source, 3);
        CheckJson(BundleFormat.Transforms, transforms);
        var labels = Json<string[]>(BundleFormat.Labels, ReadFile(source, 4));
        CheckLabels(labels, signature);
        ReadEnd(source);
        return new BundleContent(model, signature, transforms, labels);
    }

    public static void CheckJson(string file, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var _ = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException malformed)
        {
            throw new BundleException(file, malformed.Message, malformed);
        }
    }

    /// <summary>The task decides what labels there must be: a classifier has one for each logit.</summary>
    public static void CheckLabels(IReadOnlyList<string> labels, BundleSignature signature)
    {
        if (signature.Task == BundleSignature.ImageClassification && signature.Outputs[0].Shape is [.., var classes] && classes != labels.Count)
            throw new BundleException(BundleFormat.Labels, $"has {labels.Count} labels; the model has {classes} classes");
        if (labels.Any(l => l is not { Length: > 0 and <= LongestLabel }))
            throw new BundleException(BundleFormat.Labels, $"a label is empty or longer than {LongestLabel} characters");
        if (labels.Distinct().Count() != labels.Count) throw new BundleException(BundleFormat.Labels, "a label appears twice");
    }

    private static byte[] ReadFile(Stream source, int index)
    {
        var (expected, largest) = BundleFormat.Files[index];
        Span<byte> block = stackalloc byte[TarHeader.BlockSize];
        Fill(source, block, expected);
        if (TarHeader.Parse(block) is not { } header) throw new BundleException(expected, "is missing");
        if (header.Name != expected)
        {
            var known = BundleFormat.Files.Any(f => f.Name == header.Name);
            throw known
                ? new BundleException(expected, $"is missing; '{header.Name}' stands in its place")
                : new BundleException(TarHeader.Quote(header.Name), $"does not belong here; '{expected}' does");
        }
        if (header.Size == 0) throw new BundleException(expected, "is empty");
        if (header.Size > largest) throw new BundleException(expected, $"is {header.Size} bytes; at most {largest} are allowed");

        var data = ReadBytes(source, (int)header.Size, expected);
        var padding = block[..((TarHeader.BlockSize - data.Length % TarHeader.BlockSize) % TarHeader.BlockSize)];
        Fill(source, padding, expected);
        if (padding.ContainsAnyExcept((byte)0)) throw new BundleException(expected, "bytes hide in its padding");
        return data;
    }

    private static byte[] ReadBytes(Stream source, int size, string file)
    {
        var data = new byte[Math.Min(size, Step)];
        Fill(source, data, file);
        while (data.Length < size)
        {
            var read = data.Length;
            Array.Resize(ref data, (int)Math.Min(size, 2L * read));
            Fill(source, data.AsSpan(read), file);
        }
        return data;
    }

    private static void ReadEnd(Stream source)
    {
        Span<byte> block = stackalloc byte[TarHeader.BlockSize];
        // Two blocks of zeros end an archive; tar programs pad to 20 blocks in all.
        for (var blocks = 0; ; blocks++)
        {
            var read = source.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
            if (read == 0 && blocks >= 2) return;
            if (read < block.Length || blocks >= 40) throw new BundleException("archive", "does not end as a tar archive does");
            if (TarHeader.Parse(block) is { } extra) throw new BundleException(TarHeader.Quote(extra.Name), "does not belong here");
        }
    }

    private static void Fill(Stream source, Span<byte> buffer, string file)
    {
        if (source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw new BundleException(file, "the archive ends in the middle of it");
    }

    private static T Json<T>(string file, byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, BundleFormat.Json) ?? throw new BundleException(file, "is null");
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException)
        {
            throw new BundleException(file, malformed.Message, malformed);
        }
    }
}
