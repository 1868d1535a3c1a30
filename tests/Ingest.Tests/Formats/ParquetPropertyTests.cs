using CsCheck;
using Mesh.Ingest.Tests.Data;
using ParquetSharp;
using Xunit;
using Encoding = ParquetSharp.Encoding;
using Parquet = Mesh.Ingest.Tests.Data.Parquet;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Random rows through the writer and back, in pages and row groups of any size.</summary>
public sealed class ParquetPropertyTests
{
    private static readonly Gen<TypedRow[]> Groups = TypedRow.Gen.Array[0, 80];

    [Fact]
    public async Task Rows_come_back_as_they_were_written()
    {
        using var parser = new ParserFixture(inMemory: true);
        await Gen.Select(Groups.Array[1, 3], Gen.OneOf(Compression.Uncompressed, Compression.Snappy, Compression.Zstd, Compression.Lz4), Gen.Int[1, 400], Gen.Bool, Gen.Bool, Gen.Int[1, 7])
            .Where(t => t.Item1.Any(g => g.Length > 0))
            .SampleAsync(
                async (groups, codec, pageBytes, dictionary, second, step) =>
                {
                    var bytes = Parquet.File(TypedRow.Columns, [.. groups.Select<TypedRow[], Action<RowGroupWriter>>(rows => group => TypedRow.Write(group, rows))], b =>
                    {
                        b.Compression(codec).DataPagesize(pageBytes).DataPageVersion(second ? ParquetDataPageVersion.V2 : ParquetDataPageVersion.V1);
                        if (!dictionary)
                        {
                            b.DisableDictionary().Encoding("i", Encoding.DeltaBinaryPacked).Encoding("s", Encoding.DeltaByteArray).Encoding("d", Encoding.ByteStreamSplit);
                        }
                    });
                    TypedRow[] rows = [.. groups.SelectMany(g => g)];
                    var read = await parser.ReadAsync([("r.parquet", bytes)]);
                    Assert.Equal(rows.Select(r => r.ToString()), read.Select(r => Rows.Show([r])));
                    // Passing over rows gives the same as reading them.
                    var some = await parser.ReadAsync([("r.parquet", bytes)], wanted: n => n % step == 0);
                    Assert.Equal(rows.Where((_, n) => n % step == 0).Select(r => r.ToString()), some.Select(r => Rows.Show([r])));
                },
                iter: 60, threads: 1);
    }
}
