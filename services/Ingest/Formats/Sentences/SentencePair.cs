namespace Mesh.Ingest.Formats.Sentences;

/// <summary>A sentence in two languages.</summary>
/// <param name="Place">Within its file: "17", "120[1]".</param>
/// <param name="Problem">Why it is rejected; null when it can be a record.</param>
internal readonly record struct SentencePair(string Place, string Source, string Target, string? Problem = null)
{
    public static SentencePair Broken(string place, string problem, string source = "") => new(place, source, "", problem);
}

/// <summary>The pairs of one file, front to back.</summary>
internal abstract class PairReader : IAsyncDisposable
{
    public SentencePair Current { get; protected set; }

    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
