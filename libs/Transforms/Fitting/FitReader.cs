using System.Buffers.Binary;
using System.Text;
using Mesh.Specs;

namespace Mesh.Transforms.Fitting;

/// <summary>
/// Reads what <see cref="FitWriter"/> wrote, from anybody. Whatever is wrong throws <see cref="PipelineSpecException"/>; no count is larger than what
/// the bytes can hold, so nobody can make a fit allocate more than they sent.
/// </summary>
internal sealed class FitReader(ReadOnlyMemory<byte> state, string path)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int position;

    private int Left => state.Length - position;

    public PipelineSpecException Wrong(string problem) => new(path, $"is not the state of a fit: {problem}");

    /// <summary>A number of things that take a byte each at least.</summary>
    public int Count(int maximum)
    {
        var count = Long(maximum);
        return count <= Left ? (int)count : throw Wrong($"{count} at byte {position} is more than the {Left} bytes that follow");
    }

    /// <summary>A number that is not negative.</summary>
    public long Long(long maximum) => (long)Count((UInt128)maximum);

    public UInt128 Count(UInt128 maximum)
    {
        UInt128 value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            if (shift > 0 && next == 0 || shift == 126 && next > 3)
                throw Wrong($"a number at byte {position} is not in its shortest form");
            value |= (UInt128)(next & 0x7F) << shift;
            if (next < 0x80)
                return value <= maximum ? value : throw Wrong($"{value} at byte {position} is more than {maximum}");
            if (shift == 126)
                throw Wrong($"a number at byte {position} is too long");
        }
    }

    public long Integer()
    {
        var value = (ulong)Count((UInt128)ulong.MaxValue);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Any, also NaN and infinities.</summary>
    public double Number()
    {
        if (Left < sizeof(double))
            throw Wrong("it ends early");
        position += sizeof(double);
        return BinaryPrimitives.ReadDoubleLittleEndian(state.Span[(position - sizeof(double))..]);
    }

    /// <param name="maximum">In UTF-16 code units.</param>
    public string Text(int maximum)
    {
        try
        {
            var text = Strict.GetString(Bytes(int.MaxValue).Span);
            return text.Length <= maximum ? text : throw Wrong($"a text at byte {position} is longer than {maximum}");
        }
        catch (ArgumentException e)
        {
            throw new PipelineSpecException(path, $"is not the state of a fit: a text at byte {position} is not UTF-8", e);
        }
    }

    public ReadOnlyMemory<byte> Bytes(int maximum)
    {
        var length = Count(maximum);
        position += length;
        return state.Slice(position - length, length);
    }

    /// <summary>Refuses anything that follows.</summary>
    public void End()
    {
        if (Left > 0)
            throw Wrong($"{Left} bytes follow its end");
    }

    private byte Byte() => Left > 0 ? state.Span[position++] : throw Wrong("it ends early");
}
