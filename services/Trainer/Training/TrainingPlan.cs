using System.Security.Cryptography;
using System.Text.Json;
using Mesh.ModelGraph;
using Mesh.ModelGraph.Architectures;
using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.Trainer.Training;

/// <summary>A checked description of a run: the graph and every setting that has an effect on the result.</summary>
public sealed class TrainingPlan
{
    // A checkpoint is made in memory, and an optimizer keeps two numbers for each weight: together they must stay under the
    // 2 GiB of one array. An ONNX file ends at 2 GiB too.
    private const long LargestWeights = 768L << 20;

    // A batch is float32 in one piece of memory, which a span has to reach.
    private const long LargestBatch = int.MaxValue;

    private TrainingPlan(Architecture architecture, HyperparameterValues values, Graph graph, long seed)
    {
        Architecture = architecture;
        Values = values;
        Graph = graph;
        Seed = seed;
    }

    public Architecture Architecture { get; }

    public HyperparameterValues Values { get; }

    public Graph Graph { get; }

    public long Seed { get; }

    public int Epochs => Values.Integer("epochs");

    public int BatchSize => Values.Integer("batch_size");

    /// <summary>What can be set for an architecture: its own hyperparameters and those of training.</summary>
    public static HyperparameterSpace SpaceOf(Architecture architecture) => architecture.Hyperparameters.With(TrainingHyperparameters.Space);

    /// <param name="architecture">A name of the <see cref="ArchitectureCatalog"/>.</param>
    /// <param name="hyperparameters">Values that differ from the defaults.</param>
    /// <param name="input">Shape of one sample.</param>
    /// <param name="classes">Number of labels, at least two.</param>
    /// <param name="seed">Decides the first weights, the order of the samples, dropout and augmentation.</param>
    /// <exception cref="UnknownArchitectureException">There is no such architecture.</exception>
    /// <exception cref="HyperparameterException">Values are not allowed; names all of them. A batch may be too large for this input.</exception>
    /// <exception cref="GraphException">The architecture does not take this input, or the model would be too large.</exception>
    public static TrainingPlan Create(
        string architecture, IReadOnlyDictionary<string, string> hyperparameters, TensorShape input, int classes, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        var found = ArchitectureCatalog.Find(architecture);
        var values = SpaceOf(found).Parse(hyperparameters);
        RequireBatch(values, input);
        var graph = found.Build(input, classes, values);
        RequireTrainable(graph);
        return new TrainingPlan(found, values, graph, seed);
    }

    private static void RequireBatch(HyperparameterValues values, TensorShape input)
    {
        var sample = (long)input.Elements * sizeof(float);
        if (values.Integer("batch_size") * sample <= LargestBatch) return;
        throw new HyperparameterException(
            [new("batch_size", $"must be at most {LargestBatch / sample} for samples of shape {input}: a batch of {values.Integer("batch_size")} has {values.Integer("batch_size") * sample >> 20} MiB of float32")]);
    }

    private static void RequireTrainable(Graph graph)
    {
        var bytes = graph.Parameters.Sum(p => (long)p.Shape.Elements * sizeof(float));
        if (bytes <= LargestWeights) return;
        var largest = graph.Parameters.MaxBy(p => p.Shape.Elements)!;
        throw new GraphException(
            largest.Name.Split('.')[0], $"the model has {bytes >> 20} MiB of weights, most of them here; at most {LargestWeights >> 20} can be trained");
    }

    /// <summary>Equal for runs that go through the same steps; a checkpoint fits only the run it was made by.</summary>
    public string Fingerprint(int samples)
    {
        var parts = new object[] { Architecture.Name, Values.ToText(), Graph.InputShape.Dimensions, Graph.OutputShape.Dimensions, Seed, samples };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }
}
