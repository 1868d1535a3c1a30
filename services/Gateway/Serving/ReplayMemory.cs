using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>The memory that all calls in flight may keep together, so that many large ones cannot exhaust the process.</summary>
public sealed class ReplayMemory(IOptions<GatewayOptions> options)
{
    private long _taken;

    public long Taken => Volatile.Read(ref _taken);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= options.Value.ReplayMemoryBytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
