using System.Text;

namespace Mesh.AppHost.Local.Logs;

/// <summary>Reads a stream to its end, line by line.</summary>
internal static class LinePump
{
    /// <summary>Longer lines are passed on in pieces, so that a child that never ends its line cannot fill the memory.</summary>
    public const int LongestLine = 64 * 1024;

    public static async Task RunAsync(TextReader reader, Action<string> line)
    {
        var buffer = new char[8192];
        var pending = new StringBuilder();
        while (await ReadAsync(reader, buffer) is var count and > 0)
        {
            var rest = buffer.AsMemory(0, count);
            while (rest.Span.IndexOf('\n') is var end and >= 0)
            {
                pending.Append(rest[..end]);
                Emit(pending, line);
                rest = rest[(end + 1)..];
            }
            pending.Append(rest);
            if (pending.Length >= LongestLine)
                Emit(pending, line);
        }
        if (pending.Length > 0)
            Emit(pending, line);
    }

    private static void Emit(StringBuilder pending, Action<string> line)
    {
        if (pending.Length > 0 && pending[^1] == '\r')
            pending.Length--;
        line(pending.ToString());
        pending.Clear();
    }

    // The pipe is closed under the reader when the child is disposed of before a grandchild lets go of it.
    private static async ValueTask<int> ReadAsync(TextReader reader, char[] buffer)
    {
        try
        {
            return await reader.ReadAsync(buffer);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
