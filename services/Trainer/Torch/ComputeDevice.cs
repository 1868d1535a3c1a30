using TorchSharp;

namespace Mesh.Trainer.Torch;

/// <summary>Chooses where a model is trained.</summary>
public static class ComputeDevice
{
    /// <summary><c>cpu</c>, or <c>cuda</c> for the first GPU.</summary>
    /// <exception cref="DeviceException">The name is not known, or there is no such device.</exception>
    public static torch.Device Open(string name)
    {
        if (name is not ("cpu" or "cuda")) throw new DeviceException(name, "is not known; known are cpu, cuda");
        NativeTorch.EnsureLoaded();
        if (name == "cpu") return torch.CPU;
        if (!torch.cuda.is_available())
            throw new DeviceException(name, "is not available: it takes an NVIDIA GPU, its driver, and a build with -p:MeshAccelerator=cuda");
        return torch.CUDA;
    }
}

/// <summary>A device that cannot be used.</summary>
public sealed class DeviceException(string device, string problem) : Exception($"device '{device}' {problem}")
{
    public string Device { get; } = device;
}
