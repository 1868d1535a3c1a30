using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads.V1;

namespace Mesh.Uploads;

/// <summary>The messages of one Write call as the bytes they carry. Holds one message in memory.</summary>
internal sealed class WriteMessages(IAsyncStreamReader<WriteUploadRequest> requests)
{
    private const int MaxChunkBytes = 1024 * 1024;

    /// <summary>Reads the first message.</summary>
    /// <returns>The upload and where the bytes start.</returns>
    public async Task<(string Name, long Offset)> BeginAsync(CancellationToken cancel) => await requests.MoveNext(cancel)
        ? (requests.Current.Name, requests.Current.Offset)
        : throw MeshError.Invalid("name", "the stream has no message.");

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var (name, position) = (requests.Current.Name, requests.Current.Offset);
        var first = true;
        do
        {
            var chunk = requests.Current;
            var violations = new Violations();
            violations.Require(chunk.Data.Length <= MaxChunkBytes, "data", $"a chunk has at most {MaxChunkBytes} bytes.");
            violations.Require(first || chunk.Name.Length == 0 || chunk.Name == name, "name", "one stream writes one upload.");
            violations.Require(first || chunk.Offset == 0 || chunk.Offset == position, "offset", $"the stream is at byte {position}.");
            violations.ThrowIfAny();
            first = false;
            position += chunk.Data.Length;
            yield return chunk.Data.Memory;
        }
        while (await requests.MoveNext(cancel));
    }
}
