namespace Mesh.Ingest.Formats.Parquet;

/// <summary>
/// Goes through the headers of the pages of one column in one row group before the native reader does. That takes memory by
/// what they say: a page of some kilobytes may claim two gigabytes, and expand to them.
/// </summary>
internal static class ParquetPages
{
    private const int HeadBytes = 512;

    /// <summary>Headers hold the smallest and the largest value when the writer did not cut them off.</summary>
    private const int MaxHeaderBytes = 1024 * 1024;

    /// <param name="expanded">Told how many bytes each page expands to.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="DatasetException">PARQUET_DAMAGED or PAGE_TOO_LARGE.</exception>
    public static int Check(Stream file, ParquetChunk chunk, string where, IngestOptions limits, Action<long> expanded)
    {
        var (at, end) = (chunk.Start, chunk.Start + chunk.Length);
        var (buffer, pages) = (new byte[HeadBytes], 0);
        while (at < end)
        {
            var page = ReadHeader(file, at, end, ref buffer, where);
            if (page.Compressed < 0 || page.Expanded < 0 || page.Compressed > end - at - page.HeaderBytes || page.DictionaryValues > page.Expanded)
            {
                throw ParquetFooter.Damaged(where, "has a page that is longer than its column");
            }

            if (page.Expanded > limits.MaxBatchBytes)
            {
                throw new DatasetException("PAGE_TOO_LARGE", $"{where} has a page of {page.Expanded} bytes; {limits.MaxBatchBytes} are possible here.");
            }

            expanded(page.Expanded);
            at += page.HeaderBytes + page.Compressed;
            pages++;
        }

        return pages;
    }

    private static PageHeader ReadHeader(Stream file, long at, long end, ref byte[] buffer, string where)
    {
        while (true)
        {
            file.Position = at;
            var length = file.ReadAtLeast(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), (int)Math.Min(buffer.Length, end - at), throwOnEndOfStream: false);
            try
            {
                return Parse(buffer.AsSpan(0, length));
            }
            catch (InvalidDataException) when (length == buffer.Length && length < MaxHeaderBytes)
            {
                buffer = new byte[2 * buffer.Length];
            }
            catch (InvalidDataException)
            {
                throw ParquetFooter.Damaged(where, "has a malformed page header");
            }
        }
    }

    // PageHeader: 2 and 3 are the sizes, 7 describes a dictionary and begins with the number of its values.
    private static PageHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new ThriftReader(bytes);
        var (expanded, compressed, values, id) = (-1L, -1L, 0L, 0);
        while (reader.NextField(ref id, out var type))
        {
            switch (id, type)
            {
                case (2, _):
                    expanded = reader.ReadInteger();
                    break;
                case (3, _):
                    compressed = reader.ReadInteger();
                    break;
                case (7, ThriftReader.Struct):
                    values = ReadDictionary(ref reader);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new PageHeader(reader.Position, expanded, compressed, values);
    }

    private static long ReadDictionary(ref ThriftReader reader)
    {
        var (values, id) = (0L, 0);
        while (reader.NextField(ref id, out var type))
        {
            if (id == 1)
            {
                values = reader.ReadInteger();
            }
            else
            {
                reader.Skip(type);
            }
        }

        return values is >= 0 and <= int.MaxValue ? values : throw new InvalidDataException();
    }

    private readonly record struct PageHeader(int HeaderBytes, long Expanded, long Compressed, long DictionaryValues);
}
