using System.Buffers.Binary;
using Mesh.Shards;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>The shards of each part, in a folder: column "image" (uint8, channels first) and "label" (int64, −1 for none).</summary>
internal sealed class PartWriter : IDisposable
{
    private readonly Dictionary<Part, RollingShardWriter> _writers;
    private readonly byte[] _label = new byte[sizeof(long)];

    public PartWriter(string folder, FittedPipeline fitted)
    {
        var layout = new ShardLayout(new ShardSchema(new ShardColumn("image", ElementType.UInt8, fitted.OutputShape), new ShardColumn("label", ElementType.Int64)));
        _writers = Enum.GetValues<Part>().ToDictionary(part => part, part => new RollingShardWriter(folder, layout, part.ToString().ToLowerInvariant()));
    }

    /// <summary>Copies the row.</summary>
    public void Append(Part part, ReadOnlyMemory<byte> image, long label)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_label, label);
        _writers[part].Append(1, image, _label);
    }

    public IEnumerable<(Part Part, IReadOnlyList<ShardFile> Files)> Finish() => _writers.Select(w => (w.Key, w.Value.Finish()));

    public void Dispose()
    {
        foreach (var writer in _writers.Values)
        {
            writer.Dispose();
        }
    }
}
