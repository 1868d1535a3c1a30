using System.ComponentModel.DataAnnotations;
using Mesh.Inference.Onnx;

namespace Mesh.Inference;

/// <summary>Settings of the Inference service, section "Inference".</summary>
public sealed class InferenceOptions
{
    public const string Section = "Inference";

    /// <summary>
    /// Runs of one model at a time. 0 is as many as the processors allow (processors / <see cref="IntraOpThreads"/>). More
    /// than that makes every answer slower and none sooner.
    /// </summary>
    [Range(0, 1024)]
    public int Instances { get; set; }

    /// <summary>
    /// Threads of one run. 1 gives the most answers a second. More shortens a single answer of a large model, at the cost
    /// of throughput; set it to the number of processors where one caller's latency is all that counts.
    /// </summary>
    [Range(1, 1024)]
    public int IntraOpThreads { get; set; } = 1;

    /// <summary>
    /// Rows of the largest batch, and of the largest request. Larger batches use the processor better under load and make
    /// the requests in them wait for each other.
    /// </summary>
    [Range(1, 65536)]
    public int MaxBatchRows { get; set; } = 64;

    /// <summary>
    /// Rows that may wait per model. Beyond it requests are turned away at once with UNAVAILABLE, which callers retry on
    /// another replica. A longer queue rides out longer bursts; its rows wait longer and hold their memory. At least 256,
    /// the images of the largest Predict.
    /// </summary>
    [Range(1, 1 << 20)]
    public int MaxQueueRows { get; set; } = 1024;

    /// <summary>
    /// How long a request may wait for others while an instance is free, in milliseconds. 0 never delays: batches still
    /// grow under load. More helps models that gain much from batches when callers are many and patient.
    /// </summary>
    [Range(0, 10_000)]
    public double MaxQueueDelayMilliseconds { get; set; }

    /// <summary>"cpu", or "cuda" in a build with the GPU runtime (-p:MeshAccelerator=cuda).</summary>
    [Required]
    public string ExecutionProvider { get; set; } = Onnx.ExecutionProvider.Cpu;

    /// <summary>The largest request in bytes, over gRPC and HTTP. Each request being handled may hold that much memory.</summary>
    [Range(1 << 10, 1 << 30)]
    public int MaxRequestBytes { get; set; } = 64 << 20;

    /// <summary>
    /// How long a replica keeps answering after it said that it stops, or that a deployment leaves it, in milliseconds:
    /// the time the gateway needs to hear of it. Requests that are being handled are finished in any case; those of a
    /// stopping replica for at most 3 s more.
    /// </summary>
    [Range(0, 2000)]
    public int DrainMilliseconds { get; set; } = 300;

    /// <summary>For what must be known before the options are validated. Wrong ones are refused at the start; until then the defaults do.</summary>
    internal static InferenceOptions Early(IConfiguration configuration)
    {
        try
        {
            var options = configuration.GetSection(Section).Get<InferenceOptions>() ?? new InferenceOptions();
            return Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true) ? options : new InferenceOptions();
        }
        catch (InvalidOperationException)
        {
            return new InferenceOptions();
        }
    }

    internal int RunsAtOnce => Instances > 0 ? Instances : Math.Max(1, Environment.ProcessorCount / IntraOpThreads);
}
