using Mesh.Preprocessing.Splitting;
using Mesh.Shards;
using Mesh.Transforms;
using Mesh.Transforms.Rows;

namespace Mesh.Preprocessing.Workers;

/// <summary>The shards of each part, in a folder: the columns of the pipeline's result.</summary>
internal sealed class PartWriter : IDisposable
{
    private readonly Dictionary<Part, RollingShardWriter> _writers;
    private readonly ReadOnlyMemory<byte>[] _columns;

    public PartWriter(string folder, FittedPipeline fitted)
    {
        var layout = new ShardLayout(new ShardSchema(fitted.Columns));
        _columns = new ReadOnlyMemory<byte>[fitted.Columns.Count];
        _writers = Parts.Kept.ToDictionary(part => part, part => new RollingShardWriter(folder, layout, part.Word));
    }

    /// <summary>Copies consecutive rows.</summary>
    public void Append(Part part, RowBatch rows, int from, int count)
    {
        for (var column = 0; column < _columns.Length; column++)
        {
            _columns[column] = rows.Column(column, from, count);
        }

        _writers[part].Append(count, _columns);
    }

    /// <summary>The shards of each part, in order.</summary>
    public IEnumerable<(Part Part, IReadOnlyList<ShardFile> Files)> Finish() => Parts.Kept.Select(part => (part, _writers[part].Finish()));

    public void Dispose()
    {
        foreach (var writer in _writers.Values)
        {
            writer.Dispose();
        }
    }
}
