using System.Runtime.InteropServices;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Transforms;
using Xunit;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Preprocessing.Tests;

/// <summary>Data without images, and every type of column.</summary>
public class TableTests
{
    private const int Rows = 1_200;

    private static readonly DateTime Start = new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_becomes_the_columns_that_its_pipeline_makes()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(Houses());
        var dataset = await service.ProcessAsync("a", new V1.Pipeline
        {
            Transforms =
            {
                // Listed before the column it reads is made.
                new Transform { Type = "concat", Inputs = { "rooms", "price_number", "is_new" } },
                new Transform { Type = "number", Inputs = { "price" }, Outputs = { "price_number" } },
                new Transform { Type = "label", Name = "style-index", Inputs = { "style" }, Outputs = { "class" } },
                new Transform { Type = "number", Inputs = { "sold" } },
            },
            Outputs = { "class", "features", "sold" },
            Split = new SplitSpec { ValidationFraction = 0.25, Seed = 3 },
        }, data);

        // Classifiers learn a column "label"; classes of others are said with the column.
        Assert.Empty(dataset.Labels);
        Assert.Empty(dataset.SampleShape);
        Assert.Equal(
            [new OutputColumn { Name = "class", ElementType = "int64", ClassNames = { "cottage", "flat", "villa" }, ClassCount = 3 }, new OutputColumn { Name = "features", ElementType = "float32", Shape = { 3 } }, new OutputColumn { Name = "sold", ElementType = "float32" }],
            dataset.OutputColumns);

        var seen = new List<int>();
        foreach (var (split, each) in new[] { ("train", 300), ("validation", 100) })
        {
            using var shards = PipelineCalls.Open(state, dataset.Splits.Single(s => s.Name == split).Shards);
            long[] all = [.. Enumerable.Range(0, (int)shards.Count).Select(i => (long)i)];
            var (classes, features, sold) = (new long[all.Length], new float[all.Length * 3], new float[all.Length]);
            shards.Gather("class", all, MemoryMarshal.AsBytes(classes.AsSpan()));
            shards.Gather("features", all, MemoryMarshal.AsBytes(features.AsSpan()));
            shards.Gather("sold", all, MemoryMarshal.AsBytes(sold.AsSpan()));
            // The label column decides the strata: each style gives its quarter.
            Assert.All(Enumerable.Range(0, 3), style => Assert.Equal(each, classes.Count(c => c == style)));
            var last = -1;
            for (var i = 0; i < all.Length; i++)
            {
                var row = (int)features[i * 3];
                Assert.True(row > last, "rows keep the order of the records");
                Assert.Equal((row % 3, row * 0.5f, row % 2f, (float)Seconds(row)), (classes[i], features[(i * 3) + 1], features[(i * 3) + 2], sold[i]));
                seen.Add(last = row);
            }
        }

        Assert.Equal(Enumerable.Range(0, Rows), seen.Order());
        var fitted = FittedPipeline.Parse(await File.ReadAllBytesAsync(PipelineCalls.BlobPath(state, dataset.FittedPipelineSha256), Cancel));
        Assert.Equal(["rooms", "is_new", "price", "style", "sold"], fitted.Sources.Select(c => c.Name));
    }

    [Fact]
    public async Task A_pipeline_that_does_not_fit_the_data_is_refused_at_once_with_everything_wrong()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        var data = mesh.Ingest.Add(Houses());
        await service.CreateAsync("a", new V1.Pipeline
        {
            Transforms = { new Transform { Type = "decode-image" }, new Transform { Type = "concat", Inputs = { "rooms", "pricee", "style", Enumerable.Range(3, 9).Select(i => $"x{i}") } } },
        });
        var failure = await PipelineCalls.FailsAsync(() => service.StartRunAsync("a", data));
        Assert.Equal((StatusCode.FailedPrecondition, "PIPELINE_DOES_NOT_FIT"), (failure.Code, failure.Reason));
        Assert.Contains("pipelines/a does not fit the data of projects/default/datasets/houses--1/versions/1: transforms[0].inputs[0]: 'image' is a column neither of the data nor of a step", failure.Message);
        Assert.Contains("transforms[1].inputs[1]: 'pricee' is a column neither of the data nor of a step; did you mean 'price'? ", failure.Message);
        Assert.Contains("transforms[1].inputs[2]: 'style' is text", failure.Message);
        // All of them, not the first few.
        Assert.Equal([.. Enumerable.Range(1, 11).Select(i => $"transforms[1].inputs[{i}]").Prepend("transforms[0].inputs[0]").Order()], failure.Fields.Order());
    }

    [Fact]
    public async Task A_missing_value_fails_the_run_by_the_name_of_its_record()
    {
        using var state = new TemporaryFolder();
        await using var mesh = await MeshSeam.StartAsync();
        await using var service = await PreprocessingProcess.StartAsync(state, mesh, Cancel);
        service.ExpectedErrors.Add(PreprocessingProcess.FailedAttempt);
        var data = mesh.Ingest.Add(Houses(missing: 700));
        await service.CreateAsync("a", new V1.Pipeline { Transforms = { new Transform { Type = "number", Inputs = { "price" } } } });
        var run = await service.EndAsync(await service.StartRunAsync("a", data));
        Assert.Equal((JobState.Failed, "TRANSFORM_FAILED"), (run.Status.State, run.Status.Error.Reason));
        Assert.Equal("table.csv#700: number: 'price' is missing.", run.Status.Error.Message);
    }

    private static long Seconds(int row) => (long)(Start.AddDays(row) - DateTime.UnixEpoch).TotalSeconds;

    private static TestData Houses(int missing = -1) => TestData.Table(
        $"houses-{missing}",
        [
            new Column { Name = "rooms", Type = ColumnType.Int64 }, new Column { Name = "price", Type = ColumnType.Double, Nullable = true },
            new Column { Name = "is_new", Type = ColumnType.Bool }, new Column { Name = "style", Type = ColumnType.String },
            new Column { Name = "sold", Type = ColumnType.Timestamp }, new Column { Name = "blob", Type = ColumnType.Bytes },
            new Column { Name = "tags", Type = ColumnType.StringList }, new Column { Name = "years", Type = ColumnType.Int64List },
            new Column { Name = "sizes", Type = ColumnType.DoubleList }, new Column { Name = "rects", Type = ColumnType.Boxes },
        ],
        Rows,
        row =>
        [
            new Value { Int64Value = row }, row == missing ? new Value() : new Value { DoubleValue = row * 0.5 }, new Value { BoolValue = row % 2 == 1 },
            new Value { StringValue = new[] { "cottage", "flat", "villa" }[row % 3] }, new Value { TimestampValue = Start.AddDays(row).ToTimestamp() },
            new Value { BytesValue = Google.Protobuf.ByteString.CopyFromUtf8("x") }, new Value { StringList = new StringList { Values = { "a" } } },
            new Value { Int64List = new Int64List() }, new Value { DoubleList = new DoubleList() }, new Value { Boxes = new BoxList() },
        ],
        label: "style");
}
