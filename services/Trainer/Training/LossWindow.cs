using TorchSharp;
using static TorchSharp.torch;

namespace Mesh.Trainer.Training;

/// <summary>
/// Keeps the loss of each step on the device until it is asked for: reading a loss waits for the device to finish,
/// so it is done every so many steps.
/// </summary>
internal sealed class LossWindow(int capacity, Device device) : IDisposable
{
    private readonly Tensor losses = torch.zeros([capacity], float32, device).DetachFromDisposeScope();
    private readonly List<int> samples = [];

    public bool IsFull => samples.Count == capacity;

    public void Add(Tensor loss, int count)
    {
        using var noGrad = no_grad();
        losses[samples.Count].copy_(loss.detach());
        samples.Add(count);
    }

    /// <summary>The mean loss and sample count of each step since the last call. Waits for the device.</summary>
    public IReadOnlyList<(float Loss, int Samples)> Drain()
    {
        using var scope = NewDisposeScope();
        var values = losses.cpu().data<float>().ToArray();
        var drained = samples.Select((count, i) => (values[i], count)).ToArray();
        samples.Clear();
        return drained;
    }

    public void Dispose() => losses.Dispose();
}
