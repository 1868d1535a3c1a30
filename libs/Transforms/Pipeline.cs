using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;

namespace Mesh.Transforms;

/// <summary>
/// A valid pipeline for data of known columns that has not learned anything yet. Immutable; safe on any number of threads. Fitting it:
/// <code>
/// var state = pipeline.Unfitted;
/// while (state.Passes &lt; pipeline.FitPasses)
/// {
///     var fitter = pipeline.NewFitter(state);      // one for each thread or process, merged at the end
///     foreach (var record in training) fitter.Observe(record);
///     state = fitter.Complete();
/// }
/// var fitted = pipeline.Finish(state);
/// </code>
/// </summary>
public sealed class Pipeline
{
    /// <summary>Largest JSON of fitted state that is read: vocabularies and class names are the bulk of it.</summary>
    internal const int MaximumStateBytes = 256 << 20;

    private Pipeline(PipelineSpec spec, PipelineGraph graph, TransformCatalog catalog)
    {
        (Spec, Graph, Catalog) = (spec, graph, catalog);
        var types = new TypedGraph(graph, FittedState.Nothing);
        ImageOutputs = [.. graph.Outputs.Where(output => types[output.Stored].Kind == ColumnKind.Pixels)];
        FitPasses = Math.Max(
            Enumerable.Range(0, graph.Steps.Count).Where(step => graph.Steps[step].HasFit).Select(step => graph.FitPassOf(step) + 1).DefaultIfEmpty().Max(),
            ImageOutputs.Select(output => graph.PassOf(output.Stored) + 1).DefaultIfEmpty().Max());
    }

    /// <summary>What it was made from.</summary>
    public PipelineSpec Spec { get; }

    /// <summary>
    /// Passes over the training records that fitting takes: one, unless steps learn from what other steps give once they have learned; none when there
    /// is nothing to learn.
    /// </summary>
    public int FitPasses { get; }

    /// <summary>Where fitting begins.</summary>
    public FittedState Unfitted => FittedState.Nothing;

    /// <summary>The columns of the data that it reads.</summary>
    public IReadOnlyList<RecordColumn> Sources => Graph.Sources;

    /// <summary>Those of the <see cref="Sources"/> that a model gets something of to go by: not what is made into labels, tags or boxes alone, by however many steps.</summary>
    public IReadOnlyList<RecordColumn> Features => Graph.Features();

    /// <summary>Whether rows are made of several records, or several of one: the records have to be gone through in order.</summary>
    public bool IsSequence => Graph.SequenceStep >= 0;

    /// <summary>Whether rows are made of several records, which have to be neighbours in the data then.</summary>
    public bool SpansRecords => Graph.SpansRecords;

    /// <summary>Version of libvips, such as 8.18.7.</summary>
    public static string ImageLibraryVersion => ImageLibrary.Version;

    internal PipelineGraph Graph { get; }

    internal TransformCatalog Catalog { get; }

    /// <summary>Images of the result: their shape is what the training records have.</summary>
    internal IReadOnlyList<GraphOutput> ImageOutputs { get; }

    /// <summary>Throws <see cref="PipelineSpecException"/> with everything wrong with the spec, for this data.</summary>
    public static Pipeline Create(PipelineSpec spec, RecordSchema schema) => Create(spec, schema, TransformCatalog.Standard);

    /// <summary>Everything wrong with a spec; empty when a pipeline can be made of it.</summary>
    /// <param name="spec">As written.</param>
    /// <param name="schema">The data; null when it is not known yet: then only that is wrong which is wrong for any data.</param>
    public static IReadOnlyList<SpecViolation> Validate(PipelineSpec spec, RecordSchema? schema = null)
    {
        GraphBuilder.Build(spec, schema, TransformCatalog.Standard, out var violations);
        return violations;
    }

    /// <summary>
    /// What decides the output of a pipeline, for cache keys: every parameter (defaults filled in, one form per value), every column, each transform's
    /// version and that of libvips, if it has a part in it. Equal specs give equal bytes however they were written.
    /// Throws <see cref="PipelineSpecException"/> if the spec is not valid.
    /// </summary>
    public static byte[] CanonicalBytes(PipelineSpec spec)
    {
        var graph = GraphBuilder.Build(spec, schema: null, TransformCatalog.Standard, out var violations) ?? throw new PipelineSpecException(violations);
        return PipelineJson.Canonical(graph);
    }

    /// <summary>An empty fit for the next pass.</summary>
    /// <param name="soFar">What the passes before came to; <see cref="Unfitted"/> at first.</param>
    /// <exception cref="ArgumentException">There are no more passes.</exception>
    public PipelineFitter NewFitter(FittedState soFar)
    {
        if (soFar.Passes >= FitPasses)
            throw new ArgumentException($"Fitting takes {FitPasses} passes, and {soFar.Passes} are done.", nameof(soFar));
        return new(this, soFar);
    }

    /// <summary>The fit that <see cref="PipelineFitter.Save"/> wrote, in this process or another.</summary>
    /// <exception cref="PipelineSpecException">It is damaged, or of another pipeline or pass.</exception>
    public PipelineFitter LoadFitter(ReadOnlyMemory<byte> saved, FittedState soFar)
    {
        var fitter = NewFitter(soFar);
        fitter.Load(saved);
        return fitter;
    }

    /// <summary>What <see cref="FittedState.ToJson"/> wrote. Throws <see cref="PipelineSpecException"/> if it is damaged or of another pipeline.</summary>
    public FittedState ParseState(ReadOnlySpan<byte> json)
    {
        var state = FittedState.Parse(json, MaximumStateBytes);
        CheckState(state);
        return state;
    }

    /// <summary>The columns that something is learned from in the next pass; a label may be learned without reading the images.</summary>
    /// <param name="soFar">What the passes before came to.</param>
    public IReadOnlyList<RecordColumn> Observed(FittedState soFar)
    {
        // Those who make rows of several records have to see all of each.
        if (IsSequence)
            return Sources;
        var inputs = Enumerable.Range(0, Graph.Steps.Count).Where(step => Graph.Steps[step].Observes && Graph.FitPassOf(step) == soFar.Passes)
            .SelectMany(step => Graph.Steps[step].Inputs).Select(Graph.StoredUnder).ToArray();
        var steps = Graph.Needed(inputs);
        var read = Enumerable.Range(0, steps.Length).Where(step => steps[step]).SelectMany(step => Graph.Steps[step].Inputs).Concat(inputs).ToHashSet();
        return [.. Sources.Where((_, i) => read.Contains(new Port(Port.Source, i)))];
    }

    /// <summary>The pipeline with what it learned.</summary>
    /// <exception cref="ArgumentException">Passes are missing.</exception>
    public FittedPipeline Finish(FittedState state)
    {
        if (state.Passes != FitPasses)
            throw new ArgumentException($"Fitting takes {FitPasses} passes, and {state.Passes} are done.", nameof(state));
        return new(this, state);
    }

    internal static Pipeline Create(PipelineSpec spec, RecordSchema schema, TransformCatalog catalog) =>
        GraphBuilder.Build(spec, schema, catalog, out var violations) is { } graph ? new(spec, graph, catalog) : throw new PipelineSpecException(violations);

    /// <summary>SHA-256 over the pipeline, the columns of its data and what it has learned so far: whose fit it is.</summary>
    internal byte[] IdentityAt(FittedState soFar)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { PipelineJson.Canonical(Graph), CanonicalJson.Write(PipelineJson.Sources(Graph, withNames: true)), soFar.ToJson() })
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Exactly what is fitted after so many passes is there, and every step can use it.</summary>
    internal void CheckState(FittedState state)
    {
        if (state.Passes > FitPasses)
            throw new PipelineSpecException("passes", $"are {state.Passes}; fitting this pipeline takes {FitPasses}");
        for (var i = 0; i < Graph.Steps.Count; i++)
        {
            var step = Graph.Steps[i];
            var due = step.HasFit && Graph.FitPassOf(i) < state.Passes;
            if (due != state.Of(step.Index) is not null)
                throw new PipelineSpecException($"{step.Path}.fitted", due ? "is missing" : $"is there, and {step.Name} is not fitted");
        }

        foreach (var output in ImageOutputs)
        {
            if (Graph.PassOf(output.Stored) < state.Passes != state.ShapeOf(output.Name) is not null)
                throw new PipelineSpecException("outputs", $"must have the shape of '{output.Name}' as fitting found it");
        }

        foreach (var context in new TypedGraph(Graph, state).Contexts)
        {
            if (context.Problems is [var (input, problem), ..])
                throw new PipelineSpecException($"transforms.{context.Name}.inputs[{input}]", problem);
        }
    }
}
