using Grpc.Core;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>The body of ReadRecords. Holds one batch (1 MiB or one record) and the cursor's buffers, whatever the version's size.</summary>
internal sealed class RecordStream(VersionRecords versions, TimeProvider time)
{
    public async Task RunAsync(ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> stream, CancellationToken cancel)
    {
        var version = await versions.OpenAsync(request.Name, cancel);
        var selection = RecordSelection.Of(request, version.Version);
        await using var live = new LiveStream(stream, time, cancel);
        await versions.GuardAsync(request.Name, () => SendAsync(version, request, selection, new RecordBatch(live, selection.Columns), cancel), cancel);
    }

    private static async Task SendAsync(OpenedVersion version, ReadRecordsRequest request, RecordSelection selection, RecordBatch batch, CancellationToken cancel)
    {
        var left = request.Limit == 0 ? long.MaxValue : request.Limit;
        foreach (var split in request.Split.Length > 0 ? [request.Split] : version.Version.Splits.Select(s => s.Name))
        {
            if (left == 0)
            {
                break;
            }

            await foreach (var (index, cursor) in version.ReadAsync(split, request.Offset, selection.Draws, cancel))
            {
                if (selection.Takes(cursor.Row))
                {
                    await batch.AddAsync(index, cursor, cancel);
                    if (--left == 0)
                    {
                        break;
                    }
                }
            }
        }

        await batch.SendAsync(cancel);
    }
}
