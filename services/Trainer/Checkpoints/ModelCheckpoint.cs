using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mesh.Trainer.Checkpoints;

/// <summary>One tensor of a state dictionary: raw little-endian bytes, row-major.</summary>
public sealed record SavedTensor(string Name, string Dtype, long[] Shape, byte[] Data);

/// <summary>
/// Everything a run needs to go on: where it stands, the weights and running statistics, and the optimizer's state.
/// The learning rate and the draws of dropout follow from the step, so neither is here.
/// </summary>
/// <param name="Fingerprint">Of the plan; see <see cref="TrainingPlan.Fingerprint"/>.</param>
/// <param name="Model">By name, sorted.</param>
/// <param name="Optimizer">TorchSharp's own form, one record a parameter.</param>
public sealed record ModelCheckpoint(string Fingerprint, TrainingState State, IReadOnlyList<SavedTensor> Model, byte[] Optimizer)
{
    /// <summary>Where it was read from; names it in errors.</summary>
    public string Source { get; init; } = "in memory";

    /// <summary>Copies the state out. On a GPU this waits for the device.</summary>
    public static ModelCheckpoint Capture(string fingerprint, TrainingState state, GraphModule module, OptimizerHelper optimizer)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var model = module.state_dict().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t =>
        {
            var tensor = t.Value.cpu().contiguous();
            return new SavedTensor(t.Key, tensor.dtype.ToString(), [.. tensor.shape], tensor.bytes.ToArray());
        });
        return new ModelCheckpoint(fingerprint, state with { }, [.. model], SaveOptimizer(optimizer));
    }

    /// <summary>Puts the state back and returns where the run stands.</summary>
    /// <exception cref="CheckpointException">It was made by another run.</exception>
    public TrainingState Restore(string fingerprint, GraphModule module, OptimizerHelper optimizer)
    {
        if (fingerprint != Fingerprint)
            throw new CheckpointException(Source, "belongs to a run with another plan or other data");
        LoadModel(module);
        // Outside of any dispose scope: the optimizer keeps the tensors it reads.
        LoadOptimizer(optimizer);
        return State with { };
    }

    private void LoadModel(GraphModule module)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var saved = Model.ToDictionary(t => t.Name);
        foreach (var (name, tensor) in module.state_dict())
        {
            if (!saved.Remove(name, out var from)) throw new CheckpointException(Source, $"lacks '{name}'");
            if (from.Dtype != tensor.dtype.ToString() || !from.Shape.SequenceEqual(tensor.shape))
                throw new CheckpointException(Source, $"'{name}' is {from.Dtype} [{string.Join(", ", from.Shape)}], not that of the model");
            var copy = empty(from.Shape, tensor.dtype);
            // Copying fewer would leave the rest as the memory happened to be.
            if (from.Data.Length != copy.bytes.Length)
                throw new CheckpointException(Source, $"'{name}' has {from.Data.Length} bytes, not {copy.bytes.Length}");
            from.Data.CopyTo(copy.bytes);
            tensor.copy_(copy);
        }
        if (saved.Count > 0) throw new CheckpointException(Source, $"has '{saved.Keys.First()}', which the model lacks");
    }

    private static byte[] SaveOptimizer(OptimizerHelper optimizer)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var state in optimizer.state_dict().State) state.SaveStateDict(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    private void LoadOptimizer(OptimizerHelper optimizer)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(Optimizer, writable: false));
            foreach (var state in optimizer.state_dict().State) state.LoadStateDict(reader);
            if (reader.BaseStream.Position != Optimizer.Length) throw new CheckpointException(Source, "the optimizer's state is longer than it should be");
        }
        catch (Exception malformed) when (malformed is EndOfStreamException or ArgumentException or FormatException)
        {
            throw new CheckpointException(Source, $"the optimizer's state cannot be read: {malformed.Message}", malformed);
        }
    }
}
