using System.Security.Cryptography;
using System.Text.Json;
using Mesh.Trainer.Training;

namespace Mesh.Trainer.Checkpoints;

/// <summary>
/// The file: "MESHCKPT", u32 format version, u32 length of a JSON header, the header, the tensors in its order, the
/// optimizer's state, and 32 bytes of SHA-256 over all before. Little-endian.
/// </summary>
internal static class CheckpointFile
{
    public const uint FormatVersion = 1;

    private const int LargestHeader = 64 << 20;
    private static readonly byte[] Magic = "MESHCKPT"u8.ToArray();

    private sealed record Header(string Fingerprint, TrainingState State, TensorEntry[] Tensors, int OptimizerLength);

    private sealed record TensorEntry(string Name, string Dtype, long[] Shape, int Length);

    public static void Write(Stream destination, ModelCheckpoint checkpoint)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header(checkpoint.Fingerprint, checkpoint.State,
            [.. checkpoint.Model.Select(t => new TensorEntry(t.Name, t.Dtype, t.Shape, t.Data.Length))], checkpoint.Optimizer.Length));
        Put(Magic);
        Put(BitConverter.GetBytes(FormatVersion));
        Put(BitConverter.GetBytes((uint)header.Length));
        Put(header);
        foreach (var tensor in checkpoint.Model) Put(tensor.Data);
        Put(checkpoint.Optimizer);
        destination.Write(hash.GetHashAndReset());

        void Put(byte[] bytes)
        {
            hash.AppendData(bytes);
            destination.Write(bytes);
        }
    }

    /// <exception cref="CheckpointException">The file is truncated, altered or of another version.</exception>
    public static ModelCheckpoint Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            CheckHash(file, path);
            file.Position = 0;
            return Parse(new BinaryReader(file), path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or OverflowException)
        {
            throw new CheckpointException(path, failure.Message, failure);
        }
    }

    private static ModelCheckpoint Parse(BinaryReader reader, string path)
    {
        var limit = reader.BaseStream.Length - SHA256.HashSizeInBytes;
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic)) throw new CheckpointException(path, "is not a checkpoint");
        var version = reader.ReadUInt32();
        if (version != FormatVersion) throw new CheckpointException(path, $"has format version {version}; this program reads {FormatVersion}");
        var length = reader.ReadUInt32();
        if (length > LargestHeader) throw new CheckpointException(path, $"has a header of {length} bytes");
        var header = JsonSerializer.Deserialize<Header>(reader.ReadBytes((int)length)) ?? throw new CheckpointException(path, "has no header");
        // The sizes are trusted no further than the file is long.
        var body = header.Tensors.Sum(t => (long)t.Length) + header.OptimizerLength;
        if (header.Tensors.Any(t => t.Length < 0) || header.OptimizerLength < 0 || reader.BaseStream.Position + body != limit)
            throw new CheckpointException(path, "the sizes in the header do not add up to the file");
        var model = header.Tensors.Select(t => new SavedTensor(t.Name, t.Dtype, t.Shape, reader.ReadBytes(t.Length))).ToArray();
        return new ModelCheckpoint(header.Fingerprint, header.State, model, reader.ReadBytes(header.OptimizerLength)) { Source = path };
    }

    // Reads the file once more than parsing needs, so nothing of a damaged file is interpreted.
    private static void CheckHash(FileStream file, string path)
    {
        var left = file.Length - SHA256.HashSizeInBytes;
        if (left < 0) throw new CheckpointException(path, "is truncated");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        while (left > 0)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }
        var trailer = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(trailer);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(trailer)) throw new CheckpointException(path, "is truncated or altered: its hash does not fit");
    }
}
