using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Workers;

/// <summary>Reads the next records while those before are worked on.</summary>
internal static class ReadAhead
{
    /// <summary>Few and large records are gathered up to this, so that every core has some of them; many small ones go on as they come.</summary>
    private const int GatheredRecords = 64;

    private const long GatheredBytes = 4 << 20;

    /// <summary>The same records, in the same order; up to three batches are in memory.</summary>
    /// <param name="batches">Read on another thread, until the caller stops.</param>
    /// <param name="cancel">Stops the reading.</param>
    public static async IAsyncEnumerable<IReadOnlyList<RawRecord>> OfAsync(
        IAsyncEnumerable<IReadOnlyList<RawRecord>> batches, [EnumeratorCancellation] CancellationToken cancel)
    {
        var ready = Channel.CreateBounded<IReadOnlyList<RawRecord>>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(batches, ready.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in ready.Reader.ReadAllAsync(cancel))
            {
                yield return batch;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    /// <summary>Ends with the writer completed; the reader gets what went wrong.</summary>
    private static async Task ReadAsync(IAsyncEnumerable<IReadOnlyList<RawRecord>> batches, ChannelWriter<IReadOnlyList<RawRecord>> ready, CancellationToken cancel)
    {
        try
        {
            var (gathered, bytes) = (new List<RawRecord>(), 0L);
            await foreach (var batch in batches.WithCancellation(cancel))
            {
                gathered.AddRange(batch);
                if (gathered.Count >= GatheredRecords || (bytes += batch.Sum(SizeOf)) >= GatheredBytes)
                {
                    await ready.WriteAsync(gathered, cancel);
                    (gathered, bytes) = ([], 0);
                }
            }

            if (gathered.Count > 0)
            {
                await ready.WriteAsync(gathered, cancel);
            }

            ready.Complete();
        }
        catch (Exception e)
        {
            ready.Complete(e);
        }
    }

    private static long SizeOf(RawRecord record)
    {
        var bytes = 0L;
        foreach (ref readonly var value in record.Values.Span)
        {
            bytes += value.Kind == ColumnKind.Image ? value.Image.Bytes.Length : value.Kind == ColumnKind.Bytes ? value.Bytes.Length : 0;
        }

        return bytes;
    }
}
