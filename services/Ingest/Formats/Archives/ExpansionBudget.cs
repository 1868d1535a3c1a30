namespace Mesh.Ingest.Formats.Archives;

/// <summary>Counts what archives really expand to, whatever their headers say, and stops at the limits.</summary>
/// <param name="anyRatio">Whether content may expand any number of times, because its own header says what is to come.</param>
internal sealed class ExpansionBudget(IngestOptions options, bool anyRatio = false)
{
    /// <summary>Little content may expand a lot without harm: a blank bitmap, a text of zeros.</summary>
    private const long RatioFloor = 1024 * 1024;

    private long _expanded;

    public int MaxEntries => options.MaxArchiveEntries;

    /// <summary>0 for no limit.</summary>
    public int MaxRatio => anyRatio ? 0 : options.MaxExpansionRatio;

    /// <param name="where">File, or file and entry, for the message.</param>
    public void Expand(long bytes, string where)
    {
        _expanded += bytes;
        if (_expanded > options.MaxExpandedBytes)
        {
            throw new DatasetException("EXPANDED_TOO_LARGE", $"{where}: the files expand to more than {options.MaxExpandedBytes} bytes.");
        }
    }

    public void CheckRatio(long expanded, long compressed, string where)
    {
        if (MaxRatio > 0 && expanded > RatioFloor && expanded / Math.Max(compressed, 1) > MaxRatio)
        {
            throw new DatasetException("COMPRESSION_BOMB", $"{where} expands to more than {MaxRatio} times its size.");
        }
    }

    public void CheckEntries(long count, string file)
    {
        if (count > options.MaxArchiveEntries)
        {
            throw new DatasetException("TOO_MANY_ENTRIES", $"{file} has more than {options.MaxArchiveEntries} entries.");
        }
    }
}
