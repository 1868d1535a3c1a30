using ParquetSharp;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>What the native reader throws, as an error that names the file.</summary>
internal static class ParquetFault
{
    /// <exception cref="DatasetException">PARQUET_DAMAGED</exception>
    public static T Guard<T>(string where, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is ParquetException or OutOfMemoryException or ArgumentException or OverflowException or NotSupportedException or IndexOutOfRangeException)
        {
            throw new DatasetException("PARQUET_DAMAGED", $"{where} cannot be read: {Printable.Of(e is OutOfMemoryException ? "it claims more memory than there is" : Message(e))}");
        }
    }

    // The binding's message has that of the native reader as: N7parquet16ParquetExceptionE (message: '…').
    private static string Message(Exception e)
    {
        const string Begin = "(message: '";
        var begin = e.Message.IndexOf(Begin, StringComparison.Ordinal);
        return begin < 0 ? e.Message : e.Message[(begin + Begin.Length)..].TrimEnd(')').TrimEnd('\'');
    }
}
