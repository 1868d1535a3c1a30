using System.Security.Cryptography;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Batches;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms;

/// <summary>
/// A pipeline with everything it learned: what made the shards, what the trainer applies to each batch and what serving applies to each request.
/// Immutable; safe on any number of threads.
/// </summary>
public sealed class FittedPipeline
{
    /// <summary>Version of the JSON that <see cref="ToJson"/> writes.</summary>
    public const int FormatVersion = 2;

    /// <summary>The column that classifiers learn.</summary>
    public const string LabelColumn = "label";

    private readonly TypedGraph typed;
    private readonly RowStage rows;

    /// <exception cref="PipelineSpecException">The state is not one that such steps learn.</exception>
    internal FittedPipeline(Pipeline pipeline, FittedState state, string? fittedWith = null)
    {
        (Pipeline, State) = (pipeline, state);
        pipeline.CheckState(state);
        FittedWithImageLibrary = pipeline.Graph.Steps.Any(step => step.Definition.UsesImageLibrary) ? fittedWith ?? ImageLibrary.Version : null;
        typed = new(pipeline.Graph, state);
        try
        {
            Outputs = [.. pipeline.Graph.Outputs.Select(Output)];
            rows = new(typed);
            // Nothing is fitted that could not be stored.
            _ = new ShardLayout(new ShardSchema(Columns));
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new PipelineSpecException("outputs", $"are too large: a shard holds rows of at most {ShardLayout.DefaultMaxBytes >> 20} MiB", e);
        }

        Augment = new(typed, Columns);
        foreach (var context in typed.Contexts)
            context.Fitted?.RefuseOthers();
        RecordStateDigest = Convert.ToHexStringLower(SHA256.HashData(FittedPipelineJson.WriteRecordState(this)));
    }

    /// <summary>What it was made from.</summary>
    public PipelineSpec Spec => Pipeline.Spec;

    /// <summary>The columns of the data that it reads. A record that lacks one has a missing value there.</summary>
    public IReadOnlyList<RecordColumn> Sources => Pipeline.Sources;

    /// <summary>The columns of the result, in the order of a row.</summary>
    public IReadOnlyList<PipelineOutput> Outputs { get; }

    /// <summary>The columns of the result as shards hold them.</summary>
    public IReadOnlyList<ShardColumn> Columns => [.. Outputs.Select(output => output.Column)];

    /// <summary>
    /// Class names in index order of the column <c>label</c>, an int64 a row: what classifiers learn. Empty when there is no such column or it is of
    /// another type; other columns have class names of their own. A copy each time.
    /// </summary>
    public string[] Labels => [.. Output(LabelColumn) is { } label && label.Column.Equals(new ShardColumn(LabelColumn, ElementType.Int64)) ? label.ClassNames : []];

    /// <summary>Random changes to rows in training; empty for most pipelines.</summary>
    public AugmentStage Augment { get; }

    /// <summary>Whether rows are made by <see cref="NewSequence"/>: a record may give none or several. Otherwise each record is one row.</summary>
    public bool IsSequence => rows.IsSequence;

    /// <summary>Version of each transform, by type.</summary>
    public IReadOnlyDictionary<string, int> TransformVersions =>
        Pipeline.Graph.Steps.Select(step => step.Definition).Distinct().ToDictionary(definition => definition.Type, definition => definition.Version);

    /// <summary>
    /// Version of libvips that saw the training data; another one may resize or decode to slightly different bytes. Null when there are no images.
    /// </summary>
    public string? FittedWithImageLibrary { get; }

    /// <summary>
    /// SHA-256 (lower-case hex) of everything that decides the stored rows of a record: the steps that make them with their versions, parameters and
    /// what they learned, and libvips, if it has a part in them. Augmentation and batch steps have none, so rows can be used again with others.
    /// </summary>
    public string RecordStateDigest { get; }

    internal Pipeline Pipeline { get; }

    internal FittedState State { get; }

    internal TypedGraph Typed => typed;

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="PipelineSpecException">
    /// It is damaged, of another format, or fitted with another version of a transform than this build has.
    /// </exception>
    public static FittedPipeline Parse(ReadOnlySpan<byte> json) => FittedPipelineJson.Read(json, TransformCatalog.Standard);

    /// <summary>Canonical JSON: equal pipelines give equal bytes.</summary>
    public byte[] ToJson() => FittedPipelineJson.Write(this);

    /// <summary>A column of the result; null when there is none of that name.</summary>
    public PipelineOutput? Output(string name) => Outputs.FirstOrDefault(output => output.Column.Name == name);

    /// <summary>
    /// The record stage: one record into one row, every byte of it. Allocates nothing but what decoding and texts need.
    /// Throws <see cref="TransformException"/> if a step cannot use the record, and leaves the row undefined then;
    /// <see cref="InvalidOperationException"/> if <see cref="IsSequence"/>.
    /// </summary>
    /// <param name="record">Of any schema; columns are found by name.</param>
    /// <param name="row">Of a batch of these <see cref="Columns"/>.</param>
    public void ApplyRecord(in RawRecord record, RowBuffer row) => rows.Apply(record, row);

    /// <summary>For one run through records in order; the only way when <see cref="IsSequence"/>, and as good as another when not.</summary>
    public RowSequence NewSequence() => new(rows, Columns);

    /// <summary>
    /// The same pipeline for some of its columns, without augmentation: only the steps that they need run. Serving asks for what the model takes, so
    /// that a record needs no label. Throws <see cref="ArgumentException"/> when there is no such column.
    /// </summary>
    public FittedPipeline Select(params IReadOnlyList<string> outputs)
    {
        if (outputs.FirstOrDefault(name => Output(name) is null) is { } unknown)
            throw new ArgumentException($"There is no column {unknown} in the result.", nameof(outputs));
        var graph = Pipeline.Graph;
        var asked = outputs.Select(name => graph.Outputs.Single(output => output.Name == name)).ToArray();
        var needed = graph.Needed(asked.Select(output => output.Stored));
        foreach (var step in asked.SelectMany(StepsAfter).Where(step => graph.Steps[step].Definition.Stage == TransformStage.Batch))
            needed[step] = true;
        var kept = Enumerable.Range(0, needed.Length).Where(step => needed[step]).Select(step => graph.Steps[step].Index).Order().ToArray();
        var spec = new PipelineSpec([.. kept.Select(step => Spec.Transforms[step])], outputs);
        var pipeline = Pipeline.Create(spec, new RecordSchema(Sources), Pipeline.Catalog);
        return new(pipeline, State.Select(pipeline.FitPasses, kept, outputs), FittedWithImageLibrary);
    }

    private PipelineOutput Output(GraphOutput output)
    {
        var type = typed[output.Stored];
        var shape = type.StoredShape ?? throw new InvalidOperationException($"{output.Name} has no shape after fitting.");
        return type.Kind == ColumnKind.Pixels
            ? new(new(output.Name, ElementType.UInt8, shape), type, new BatchStage(shape, Affine(output, type.Shape![0])))
            : new(new(output.Name, type.Element, shape), type, batch: null);
    }

    private ChannelAffine Affine(GraphOutput output, int channels) => StepsAfter(output).Aggregate(ChannelAffine.Unit(channels), (affine, step) =>
        typed.Graph.Steps[step].Definition is BatchTransform definition ? definition.Bind(typed.Contexts[step], affine) : affine);

    /// <summary>The augmentation and batch steps of a column, in order.</summary>
    private Stack<int> StepsAfter(GraphOutput output)
    {
        var steps = new Stack<int>();
        for (var port = output.Final; port != output.Stored; port = typed.Graph.Steps[port.Step].Inputs[port.Index])
            steps.Push(port.Step);
        return steps;
    }
}
