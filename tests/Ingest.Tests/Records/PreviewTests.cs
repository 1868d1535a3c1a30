using Grpc.Core;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Records;

public sealed class PreviewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_become_small_pictures()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("pets");
        var files = Enumerable.Range(0, 40).Select(i => ($"cats/{i:00}.png", i == 3 ? Png.Of(i, 300, 200)[..200] : Png.Of(i, 300, 200)));
        var version = await host.Datasets.CommitAsync("pets", [("pets.zip", Archive.Zip(files))]);
        var preview = await host.Datasets.PreviewDatasetVersionAsync(new PreviewDatasetVersionRequest { Name = version.Name }, cancellationToken: Cancel);
        Assert.Equal(("all", 32), (preview.Split, preview.Records.Count));
        // The file that is cut off has a header that can be believed; what comes behind shows only now.
        Assert.Equal(Value.KindOneofCase.None, preview.Records[3].Values[0].KindCase);
        foreach (var record in preview.Records.Where(r => r.Index != 3))
        {
            Assert.True(ImageHeader.TryRead(record.Values[0].Image.Data.Span, out var width, out var height));
            Assert.Equal((128, 85), (width, height));
        }

        await host.Datasets.CreateAsync("digits");
        var digits = await host.Datasets.CommitAsync("digits", Idx.Pair("train", 5));
        var few = await host.Datasets.PreviewDatasetVersionAsync(new PreviewDatasetVersionRequest { Name = digits.Name, Split = "train", Records = 2 }, cancellationToken: Cancel);
        Assert.Equal([0L, 1L], few.Records.Select(r => r.Index));
        Assert.All(few.Records, r => Assert.Equal("jpeg", ImageHeader.FormatOf(r.Values[0].Image.Data.Span)));
    }

    [Fact]
    public async Task Long_texts_are_cut_and_requests_are_bounded()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("notes");
        var version = await host.Datasets.CommitAsync("notes", [("n.csv", System.Text.Encoding.UTF8.GetBytes($"id,text\n1,{new string('x', 999)}😀 end\n2,short\n"))]);
        var preview = await host.Datasets.PreviewDatasetVersionAsync(new PreviewDatasetVersionRequest { Name = version.Name }, cancellationToken: Cancel);
        Assert.Equal([new string('x', 999) + "…", "short"], preview.Records.Select(r => r.Values[1].StringValue));
        foreach (var wrong in new[] { new PreviewDatasetVersionRequest { Records = 101 }, new PreviewDatasetVersionRequest { Split = "train" } })
        {
            wrong.Name = version.Name;
            Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(async () => await host.Datasets.PreviewDatasetVersionAsync(wrong, cancellationToken: Cancel))).Code);
        }
    }
}
