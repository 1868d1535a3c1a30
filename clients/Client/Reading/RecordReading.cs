using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Ingest.V1;

namespace Mesh.Client.Reading;

/// <summary>Records of a version, as a stream that survives restarts of the mesh.</summary>
public static class RecordReading
{
    /// <summary>The mesh says something every few seconds; a stream that is silent for this long is opened again.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(1);

    /// <summary>What ReadRecords gives, each record once and in the same order, whatever breaks in between.</summary>
    /// <param name="version">The version that is read.</param>
    /// <param name="request">Which of its records; its name is the version's.</param>
    /// <exception cref="MeshApiException">The mesh refuses, or stays away for longer than the client's patience.</exception>
    public static async IAsyncEnumerable<Record> ReadRecordsAsync(
        this MeshClient mesh, DatasetVersion version, ReadRecordsRequest request, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        // A place to go on from is one within a split, so each is read by itself.
        string[] splits = request.Split.Length > 0 ? [request.Split] : [.. version.Splits.Select(split => split.Name)];
        var given = 0L;
        foreach (var split in splits)
        {
            if (request.Limit > 0 && given == request.Limit)
            {
                break;
            }

            var rest = new ReadRecordsRequest(request) { Name = version.Name, Split = split, Limit = request.Limit > 0 ? request.Limit - given : request.Limit };
            await foreach (var record in ReadSplitAsync(mesh, rest, cancel).ConfigureAwait(false))
            {
                given++;
                yield return record;
            }
        }
    }

    private static async IAsyncEnumerable<Record> ReadSplitAsync(MeshClient mesh, ReadRecordsRequest rest, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tries = new Patience(mesh.Options.Patience);
        while (true)
        {
            RpcException? broken = null;
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel))
            using (var call = mesh.Datasets.ReadRecords(rest, cancellationToken: silence.Token))
            {
                while (broken is null)
                {
                    silence.CancelAfter(SilenceLimit);
                    try
                    {
                        if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                        {
                            yield break;
                        }
                    }
                    catch (RpcException e) when (tries.Has(e, cancel))
                    {
                        broken = e;
                        break;
                    }

                    // A sign of life is no progress: what always breaks off at one place is given up.
                    silence.CancelAfter(Timeout.InfiniteTimeSpan);
                    foreach (var record in call.ResponseStream.Current.Records)
                    {
                        tries.Worked();
                        yield return record;
                        rest.Offset = record.Index + 1;
                        // The last one wanted: a limit of 0 would mean all of the rest.
                        if (rest.Limit > 0 && --rest.Limit == 0)
                        {
                            yield break;
                        }
                    }
                }
            }

            await tries.WaitAsync(broken!, cancel).ConfigureAwait(false);
        }
    }
}
