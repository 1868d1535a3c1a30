using System.Text.Json;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Reads a JSON text of any size token by token. Holds 64 KiB, or the longest single token up to a limit. A byte order mark
/// is passed over.
/// </summary>
internal static class JsonTokens
{
    private const int BufferBytes = 64 * 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    public delegate void TokenHandler(ref Utf8JsonReader token);

    /// <exception cref="DatasetException">JSON_DAMAGED with the line, or RECORD_TOO_LARGE for a longer token.</exception>
    public static async Task ReadAsync(Stream stream, string source, int maxTokenBytes, TokenHandler handle, CancellationToken cancel)
    {
        var buffer = new byte[Math.Min(BufferBytes, maxTokenBytes)];
        var end = await stream.ReadAtLeastAsync(buffer, 3, throwOnEndOfStream: false, cancel);
        var start = buffer.AsSpan(0, end).StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? 3 : 0;
        var state = new JsonReaderState(Options);
        for (var last = false; ;)
        {
            start += Consume(buffer.AsSpan(start, end - start), last, ref state, source, handle);
            if (last)
            {
                return;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, end < maxTokenBytes
                    ? (int)Math.Min(2L * end, maxTokenBytes)
                    : throw new DatasetException("RECORD_TOO_LARGE", $"{source} holds a text or number of more than {maxTokenBytes} bytes."));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(end), cancel);
            (end, last) = (end + read, read == 0);
        }
    }

    private static int Consume(ReadOnlySpan<byte> bytes, bool last, ref JsonReaderState state, string source, TokenHandler handle)
    {
        var reader = new Utf8JsonReader(bytes, last, state);
        try
        {
            while (reader.Read())
            {
                handle(ref reader);
            }
        }
        catch (JsonException e)
        {
            throw new DatasetException("JSON_DAMAGED", $"{source}, line {e.LineNumber + 1}: {Describe(bytes[(int)reader.BytesConsumed..])}.");
        }
        catch (InvalidOperationException)
        {
            throw new DatasetException("JSON_DAMAGED", $"{source} holds a text that is not valid Unicode.");
        }

        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    // Python writes numbers that JSON does not have.
    private static string Describe(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t\r\n,:[-"u8);
        return rest.StartsWith("NaN"u8) || rest.StartsWith("Inf"u8) ? "NaN and Infinity are no numbers in JSON" : "this is no JSON, or it is cut off here";
    }
}
