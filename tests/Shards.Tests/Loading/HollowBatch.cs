using Mesh.Shards.Loading;

namespace Mesh.Shards.Tests.Loading;

/// <summary>Nothing in memory; what it is told to do instead of loading.</summary>
internal sealed class HollowBatch(Action<HollowBatch>? load = null, Action? free = null) : LoadedBatch
{
    public int Freed { get; private set; }

    protected internal override void Load() => load?.Invoke(this);

    protected internal override void Free()
    {
        Freed++;
        free?.Invoke();
    }
}
