using Mesh.Blobs;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>
/// What the Arrow reader throws, as an error that names the file. It trusts files, so a damaged one shows as whatever its
/// values run into: an index out of range, an overflow, a null.
/// </summary>
internal static class ArrowFault
{
    /// <exception cref="DatasetException">ARROW_DAMAGED</exception>
    public static T Guard<T>(string source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(source, "holds what cannot be read");
        }
    }

    /// <inheritdoc cref="Guard"/>
    public static async ValueTask<T> GuardAsync<T>(string source, Func<ValueTask<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(source, e is NotImplementedException or NotSupportedException ? $"cannot be read: {Printable.Of(e.Message)}" : "holds what cannot be read");
        }
    }

    public static DatasetException Damaged(string source, string how) => new("ARROW_DAMAGED", $"{source} is an Arrow file that {how}.");

    public static bool IsDamage(Exception e) =>
        e is EndOfStreamException or not (DatasetException or ColumnWidenedException or OperationCanceledException or BlobStoreException or IOException);
}
