using Google.Protobuf;
using Mesh.Trainer.V1;

namespace Mesh.Trainer.Runs;

/// <summary>
/// The metrics of a run: length-delimited messages in one file that only grows. Its length that counts is in the run's
/// row, so file and row agree after any crash: what lies behind that length is written over.
/// </summary>
internal static class MetricsFile
{
    /// <summary>Writes at <paramref name="end"/>, and cuts what lay behind. Doing it twice leaves the same file.</summary>
    /// <returns>The new end.</returns>
    public static long Write(string path, long end, IEnumerable<Metrics> metrics)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Position = end;
        foreach (var item in metrics)
        {
            item.WriteDelimitedTo(file);
        }

        file.SetLength(file.Position);
        file.Flush(flushToDisk: true);
        return file.Position;
    }

    /// <summary>At most <paramref name="most"/> messages from <paramref name="start"/>, and where the next begins.</summary>
    /// <exception cref="InvalidDataException">No message starts there.</exception>
    public static (IReadOnlyList<Metrics> Metrics, long Next) Read(string path, long start, long end, int most)
    {
        var found = new List<Metrics>();
        if (start >= end)
        {
            return (found, end);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = start;
        // ParseDelimitedFrom reads no further than its message, so the position is the next message's.
        using var buffered = new BufferedStream(file, 64 * 1024);
        while (buffered.Position < end && found.Count < most)
        {
            var metrics = Parse(buffered, start);
            // Bytes in the middle of a message may parse as something too.
            if (metrics.KindCase == Metrics.KindOneofCase.None || buffered.Position > end)
            {
                throw new InvalidDataException($"No message starts at {start}.");
            }

            found.Add(metrics);
        }

        return (found, buffered.Position);
    }

    private static Metrics Parse(Stream file, long start)
    {
        try
        {
            return Metrics.Parser.ParseDelimitedFrom(file);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"No message starts at {start}.", e);
        }
    }
}
