namespace Mesh.Trainer.Torch;

/// <summary>A native library of torch cannot be used; the message names it and says why.</summary>
public sealed class NativeTorchException(string library, string problem, Exception? inner = null)
    : Exception($"{library}: {problem}", inner)
{
    public string Library { get; } = library;
}
