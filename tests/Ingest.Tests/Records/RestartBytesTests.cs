using System.Formats.Tar;
using System.Text;
using Mesh.Ingest.Records;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Formats;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Records;

/// <summary>What it costs to read the end of a large file, in bytes: not what comes before it.</summary>
public sealed class RestartBytesTests
{
    /// <summary>Spacing of points, and what is read ahead.</summary>
    private const long Slack = 3 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The text of every thousandth row spans lines, and some rows are rejected.</summary>
    [Fact]
    public async Task The_end_of_a_table_is_read_without_its_beginning()
    {
        const int Rows = 200_000;
        var text = new StringBuilder("id,text,number\r\n");
        for (var i = 0; i < Rows; i++)
        {
            text.Append(i).Append(i % 1000 == 0 ? ",\"a\r\nb\nc\"," : ",some words of text,").Append(i % 7777 == 1 ? "none" : "0.25").Append("\r\n");
        }

        await CheckAsync("t.csv", Encoding.UTF8.GetBytes(text.ToString()), new DatasetVersion { Format = DataFormat.Csv });
    }

    [Fact]
    public async Task The_end_of_json_lines_is_read_without_their_beginning()
    {
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => i % 5000 == 3 ? "{no json\n" : $"{{\"id\":{i},\"text\":\"some words of text\"}}\n"));
        await CheckAsync("t.jsonl", Encoding.UTF8.GetBytes(text), new DatasetVersion { Format = DataFormat.Jsonl });
    }

    [Fact]
    public async Task The_end_of_a_tar_is_read_without_its_beginning()
    {
        var entry = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("some words of text\n", 1000)));
        await CheckAsync(
            "t.tar", Archive.Tar(TarEntryFormat.Pax, [.. Enumerable.Range(0, 400).Select(i => ($"class/{i:0000}.txt", entry))]), new DatasetVersion { Format = DataFormat.TextFolder });
    }

    /// <summary>Without points too: what is passed over costs the headers.</summary>
    [Fact]
    public async Task A_tar_is_passed_over_by_its_headers()
    {
        using var parser = new ParserFixture(inMemory: true);
        var entry = Encoding.UTF8.GetBytes(new string('t', 100_000));
        var tar = Archive.Tar(TarEntryFormat.Ustar, [.. Enumerable.Range(0, 100).Select(i => ($"class/{i:0000}.txt", entry))]);
        var opened = await parser.OpenAsync([("t.tar", tar)], new DatasetVersion { Format = DataFormat.TextFolder }) with { Restarts = [] };
        var before = ((MemoryBlob)opened.Files[0].Blobs).BytesRead;
        Assert.Single(await ReadAsync(opened, 99));
        // The head, a header for each, the one record, and the end.
        Assert.InRange(((MemoryBlob)opened.Files[0].Blobs).BytesRead - before, 150_000, 200_000);
        ParserFixture.Release(opened.Files);
    }

    private static async Task CheckAsync(string name, byte[] bytes, DatasetVersion asked)
    {
        using var parser = new ParserFixture(inMemory: true);
        var opened = await parser.OpenAsync([(name, bytes)], asked);
        var blob = (MemoryBlob)opened.Files[0].Blobs;
        var records = opened.Version.Splits.Single().RecordCount;
        Assert.InRange(opened.Version.Files[0].WalkBytes, 1, Slack);
        var whole = await ReadAsync(opened with { Restarts = [] }, 0);
        foreach (var (offset, limit) in new[] { (records * 99 / 100, bytes.Length / 100), (records / 2, bytes.Length / 2) })
        {
            var before = blob.BytesRead;
            var end = await ReadAsync(opened, offset);
            Assert.InRange(blob.BytesRead - before, limit / 2, limit + Slack);
            Assert.Equal(records - offset, end.Count);
            Assert.Equal(whole[(int)offset..], end);
        }

        ParserFixture.Release(opened.Files);
    }

    private static async Task<List<string>> ReadAsync(OpenedVersion opened, long offset)
    {
        var values = new RecordValues();
        var all = new List<string>();
        await foreach (var (index, cursor) in opened.ReadAsync(opened.Version.Splits[0].Name, offset, _ => true, Cancel))
        {
            all.Add($"{index} {cursor.Source} {Rows.Show(values.Of(cursor.Row, 0))}");
        }

        return all;
    }
}
