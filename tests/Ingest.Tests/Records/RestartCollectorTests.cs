using CsCheck;
using Mesh.Blobs;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Records.Restarts;
using Mesh.Ingest.Tests.Formats;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Records;

public sealed class RestartCollectorTests
{
    private const int Megabyte = 1 << 20;

    /// <summary>By hand: 8 GiB in steps of 1 MiB, of which 1,024 points at most are kept, each 8 or 16 MiB apart.</summary>
    [Fact]
    public void A_large_file_has_few_points_evenly_spread()
    {
        const int Count = 8192;
        var collector = new RestartCollector([File("a.csv", (long)Count * Megabyte)]);
        var cursor = new Walk();
        for (var i = 0; i < Count; i++)
        {
            cursor.Stand(0, new CursorPlace(0, 10, (long)i * Megabyte, i, (long)i * Megabyte), i % 3 == 0 ? "test" : "train");
            collector.Add(cursor);
        }

        var version = new DatasetVersion { Files = { new DatasetFile { Path = "a.csv" } } };
        collector.CopyTo(version);
        var (splits, points) = RestartPoints.Find(collector.ToBytes(), "a.csv")!;
        Assert.Equal(["test", "train"], splits);
        Assert.InRange(points.Count, RestartCollector.MostPoints / 2, RestartCollector.MostPoints);
        Assert.InRange(version.Files[0].WalkBytes, 8L * Megabyte, 16L * Megabyte);
        var last = 0L;
        foreach (var (place, candidates) in points)
        {
            Assert.InRange(place.Position - last, 8L * Megabyte, version.Files[0].WalkBytes);
            // Every third from the first on is of the split that came first.
            Assert.Equal([(place.Before + 2) / 3, place.Before - ((place.Before + 2) / 3)], candidates);
            last = place.Position;
        }

        Assert.InRange(collector.ToBytes().Length, 1, 20 * 1024);
    }

    [Fact]
    public void A_file_without_places_is_walked_from_its_start()
    {
        var collector = new RestartCollector([File("a.gz", 50 * Megabyte), File("b.csv", 20), File("none", 5)]);
        var cursor = new Walk();
        for (var i = 0; i < 100; i++)
        {
            cursor.Stand(0, null, "all");
            collector.Add(cursor);
        }

        cursor.Stand(1, new CursorPlace(0, 0, 0, 0, 0), "all");
        collector.Add(cursor);
        var version = new DatasetVersion { Files = { new DatasetFile { Path = "a.gz" }, new DatasetFile { Path = "b.csv" }, new DatasetFile { Path = "none" } } };
        collector.CopyTo(version);
        Assert.Equal([50 * Megabyte, 20, 0], version.Files.Select(f => f.WalkBytes));
        Assert.Empty(collector.ToBytes());
    }

    [Fact]
    public void Points_come_back_as_they_were_stored()
    {
        var number = Gen.Long[0, 1L << 40];
        var place = Gen.Select(number, number, number, number, number, (entry, head, offset, before, position) => new CursorPlace(entry, head, offset, before, position));
        var file = Gen.Select(Gen.Int[0, 4], place.Array[1, 20], number.Array[80], (splits, places, counts) => new FileRestarts(
            [.. new[] { "train", "test", "all", "validation" }.Take(splits)], [.. places.Select((p, i) => new RestartPoint(p, counts[(4 * i)..((4 * i) + splits)]))]));
        file.Array[0, 4].Sample(files =>
        {
            var bytes = RestartPoints.ToBytes(files.Select((f, i) => ($"ä/{i}", f)));
            for (var i = 0; i < files.Length; i++)
            {
                var found = RestartPoints.Find(bytes, $"ä/{i}")!;
                Assert.Equal(files[i].Splits, found.Splits);
                Assert.Equal(files[i].Points.Select(p => p.Place), found.Points.Select(p => p.Place));
                Assert.Equal(files[i].Points.Select(p => p.Candidates), found.Points.Select(p => p.Candidates));
            }

            Assert.Null(RestartPoints.Find(bytes, "other"));
        });
    }

    private static SourceFile File(string path, long size) => new(new MemoryBlob([], 1), new BlobScope("ingest", "p"), path, BlobDigest.Of([]), size);

    private sealed class Walk() : RecordCursor(new Schema())
    {
        private CursorPlace? _place;

        public override string Source => "";

        public override CursorPlace? Place => _place;

        public void Stand(int file, CursorPlace? place, string split) => (File, _place, Split) = (file, place, split);

        public override ValueTask<bool> MoveNextAsync(CancellationToken cancel) => throw new NotSupportedException();

        public override ValueTask<string?> ReadAsync(CancellationToken cancel) => throw new NotSupportedException();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
