using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Gateway.Serving;

/// <summary>Reads one string out of the first message of a gRPC body, at the cost of a few skipped fields.</summary>
internal static class GrpcMessage
{
    /// <summary>One byte that says whether the message is compressed, four of its length.</summary>
    private const int FrameHeader = 5;

    /// <summary>How much of a compressed message is looked at.</summary>
    private const int Inflated = 1024;

    private const int LongestString = 512;
    private const int MostFields = 1000;
    private const ulong StringField1 = 0x0A;

    /// <returns>Field 1, or null when it is not there or cannot be found cheaply.</returns>
    public static string? FirstString(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (body.Length <= FrameHeader)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(body.Span[1..]);
        var message = body[FrameHeader..];
        message = length < message.Length ? message[..(int)length] : message;
        return body.Span[0] == 0 ? Find(message.Span) : Find(Inflate(request.Headers["grpc-encoding"].ToString(), message));
    }

    private static string? Find(ReadOnlySpan<byte> message)
    {
        for (var field = 0; field < MostFields && TryReadVarint(ref message, out var tag); field++)
        {
            var length = 0UL;
            var skippable = (tag & 7) switch
            {
                0 => TryReadVarint(ref message, out _),
                1 => (length = 8) > 0,
                2 => TryReadVarint(ref message, out length),
                5 => (length = 4) > 0,
                _ => false,
            };
            if (!skippable || length > (ulong)message.Length)
            {
                return null;
            }

            if (tag == StringField1)
            {
                return length <= LongestString ? Encoding.UTF8.GetString(message[..(int)length]) : null;
            }

            message = message[(int)length..];
        }

        return null;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    /// <summary>The beginning of a compressed message; empty when it is not in a form known here.</summary>
    private static byte[] Inflate(string encoding, ReadOnlyMemory<byte> message)
    {
        MemoryMarshal.TryGetArray(message, out var segment);
        var compressed = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        using Stream? inflating = encoding switch
        {
            "gzip" => new GZipStream(compressed, CompressionMode.Decompress),
            "deflate" => new ZLibStream(compressed, CompressionMode.Decompress),
            _ => null,
        };
        var bytes = new byte[Inflated];
        try
        {
            return inflating is null ? [] : bytes[..inflating.ReadAtLeast(bytes, Inflated, throwOnEndOfStream: false)];
        }
        // ZLibException is an IOException: a header that asks for a dictionary, for one.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return [];
        }
    }
}
