using Mesh.Shards;
using Mesh.Transforms.Batches;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Ids;
using Mesh.Transforms.Tokens;

namespace Mesh.Transforms;

/// <summary>A column of the result.</summary>
public sealed class PipelineOutput
{
    private readonly Lazy<TokenVocabulary>? vocabulary;

    internal PipelineOutput(ShardColumn column, ColumnType type, BatchStage? batch) =>
        (Column, ClassNames, IndexCount, Ids, vocabulary, Batch) = (column, type.ClassNames, type.IndexCount, type.Ids, type.Vocabulary, batch);

    /// <summary>As rows and shards hold it: name, element type, shape.</summary>
    public ShardColumn Column { get; }

    /// <summary>What its integers stand for, in index order; empty when they are not indices of classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many indices there can be, from 0: the rows that an embedding of the column needs. Null when it holds no such indices.</summary>
    public long? IndexCount { get; }

    /// <summary>The way back from the indices of a recommender to ids; null when the column holds no such indices.</summary>
    public IdList? Ids { get; }

    /// <summary>The tokens its integers stand for, and the way back to text; null when they are not ids of tokens. The first call makes it.</summary>
    public TokenVocabulary? Vocabulary => vocabulary?.Value;

    /// <summary>Stored uint8 rows of images → float32, for training and serving; null when the stored values are used as they are.</summary>
    public BatchStage? Batch { get; }
}
