using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Formats;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Benchmarks;

/// <summary>
/// How long it takes to read the last hundredth of a file of 300 MB in the store, with the points that a commit notes and from
/// the file's start. Run it by name: -explicit only -class "*RangeBenchmark".
/// </summary>
public sealed class RangeBenchmark
{
    private const int Bytes = 300_000_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task The_end_of_a_table()
    {
        var text = new StringBuilder("id,text,number\n", Bytes + 100);
        for (var i = 0; text.Length < Bytes; i++)
        {
            text.Append(i).Append(",some words of text that fill a row,").Append(i % 7).Append(".25\n");
        }

        await MeasureAsync("t.csv", Encoding.UTF8.GetBytes(text.ToString()), DataFormat.Csv);
    }

    [Fact(Explicit = true)]
    public async Task The_end_of_a_tar()
    {
        var entry = Encoding.UTF8.GetBytes(new string('t', 100_000));
        await MeasureAsync("t.tar", Archive.Tar(TarEntryFormat.Ustar, Enumerable.Range(0, Bytes / 100_000).Select(i => ($"class/{i:00000}.txt", entry))), DataFormat.TextFolder);
    }

    private static async Task MeasureAsync(string name, byte[] bytes, DataFormat format)
    {
        using var parser = new ParserFixture();
        var opened = await parser.OpenAsync([(name, bytes)], new DatasetVersion { Format = format });
        var offset = opened.Version.Splits[0].RecordCount * 99 / 100;
        foreach (var (how, version) in new[] { ("with points", opened), ("from its start", opened with { Restarts = [] }) })
        {
            var least = double.PositiveInfinity;
            for (var round = 0; round < 3; round++)
            {
                var started = Stopwatch.GetTimestamp();
                await foreach (var _ in version.ReadAsync(version.Version.Splits[0].Name, offset, _ => true, Cancel))
                {
                    // Reading is what is measured.
                }

                least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            TestContext.Current.SendDiagnosticMessage("{0}, the last hundredth {1}: {2:0} ms", name, how, least);
        }

        // What passing over a tar cost before it seeked.
        var whole = Stopwatch.GetTimestamp();
        await using var stream = await opened.Files[0].OpenAsync(Cancel);
        await stream.CopyToAsync(Stream.Null, Cancel);
        TestContext.Current.SendDiagnosticMessage("{0}, all bytes: {1:0} ms", name, Stopwatch.GetElapsedTime(whole).TotalMilliseconds);
    }
}
