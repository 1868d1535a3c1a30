using System.Collections.Concurrent;

namespace Mesh.Gateway.Serving;

/// <summary>An inference replica as the gateway sees it. Lives as long as the replica is in the directory.</summary>
public sealed class Replica(string id, Uri address)
{
    private const int KeptUris = 32;

    private readonly ConcurrentDictionary<string, Uri> _uris = new();
    private int _inFlight;
    private long _suspectUntil;

    public string Id => id;

    /// <summary>Where it takes h2c.</summary>
    public Uri Address => address;

    /// <summary>Calls of this gateway that it works on now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Passive health: avoid it until the timestamp given.</summary>
    /// <returns>False when it was suspect already.</returns>
    public bool Suspect(long now, long until) => Interlocked.Exchange(ref _suspectUntil, until) <= now;

    public bool IsSuspect(long now) => now < Volatile.Read(ref _suspectUntil);

    /// <summary>Where a path is on this replica. Those of gRPC are few and kept: parsing one costs a microsecond.</summary>
    public Uri At(string path)
    {
        if (_uris.TryGetValue(path, out var known))
        {
            return known;
        }

        var uri = new Uri(address, path);
        if (_uris.Count < KeptUris)
        {
            _uris[path] = uri;
        }

        return uri;
    }
}
