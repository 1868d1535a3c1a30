namespace Mesh.ModelGraph.Bundles;

/// <summary>
/// One trained model as one file: an uncompressed tar of bundle.json, model.onnx, signature.json, transforms.json and
/// labels.json, always in this order and with fixed times and owners. Equal content gives equal bytes.
/// </summary>
/// <param name="Content">What the bundle holds.</param>
/// <param name="Digest">SHA-256 of the file, lower-case hex.</param>
public sealed record ModelBundle(BundleContent Content, string Digest)
{
    /// <summary>Writes a bundle and returns its digest. The stream is only written forwards and stays open.</summary>
    /// <exception cref="BundleException">The content would not be readable again; nothing was written.</exception>
    public static string Write(Stream destination, BundleContent content)
    {
        var files = BundleWriter.Files(content);
        using var hashing = new HashingStream(destination);
        BundleWriter.Write(hashing, files);
        return hashing.Digest();
    }

    /// <summary>
    /// Reads a bundle to its end. Memory is bounded by the bytes that are really there, whatever sizes the file claims.
    /// The ONNX file itself is not parsed.
    /// </summary>
    /// <exception cref="BundleException">The file is not a bundle of a known version; names the entry at fault.</exception>
    public static ModelBundle Read(Stream source)
    {
        using var hashing = new HashingStream(source);
        var content = BundleReader.Read(hashing);
        return new ModelBundle(content, hashing.Digest());
    }

    /// <inheritdoc cref="Read(Stream)"/>
    public static ModelBundle Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        return Read(file);
    }
}
