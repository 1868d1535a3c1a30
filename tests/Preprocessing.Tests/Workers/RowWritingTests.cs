using System.Runtime.InteropServices;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.Workers;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Tests.Shared;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Workers;

/// <summary>Rows of several records, in the part of theirs.</summary>
public class RowWritingTests
{
    private static readonly RecordSchema Schema = new(new RecordColumn("heat", ColumnKind.Integer));

    [Fact]
    public void A_window_is_of_neighbours_in_the_data_even_where_a_column_says_the_parts()
    {
        using var folder = new TemporaryFolder();
        var pipeline = Mesh.Transforms.Pipeline.Create(new([TransformSpec.Of("window", """{"length":2,"targets":["heat"]}""", ["heat"])]), Schema);
        var fitted = pipeline.Finish(pipeline.Unfitted);
        using var writer = new PartWriter(folder.Path, fitted);
        using var writing = new RowWriting(fitted, writer, cpus: 2);
        const string Series = "TTTT V TT EEE TTT";
        var parts = Series.Where(c => c != ' ').Select(c => c switch { 'T' => Part.Train, 'V' => Part.Validation, _ => Part.Test }).ToList();

        // In two batches, as they come.
        writing.Append([.. Enumerable.Range(0, 6).Select(Record)], parts[..6]);
        writing.Append([.. Enumerable.Range(6, parts.Count - 6).Select(Record)], parts[6..]);
        writing.EndSeries();
        // Another series.
        writing.Append([Record(100), Record(101), Record(102)], [Part.Train, Part.Train, Part.Train]);
        writing.EndSeries();

        var written = writer.Finish().ToDictionary(w => w.Part, w => w.Files);
        Assert.Equal([2, 3, 12, 102], Targets(written[Part.Train]));
        Assert.Equal([9], Targets(written[Part.Test]));
        Assert.Equal(0, written[Part.Validation].Sum(f => f.Rows));
    }

    private static RawRecord Record(int heat) => new($"{heat}", Schema, new[] { RecordValue.OfInteger(heat) });

    private static float[] Targets(IReadOnlyList<ShardFile> files)
    {
        using var set = ShardSet.Open([.. files.Select(f => f.Path)]);
        var targets = new float[set.Count];
        set.Gather("target", [.. Enumerable.Range(0, targets.Length).Select(i => (long)i)], MemoryMarshal.AsBytes(targets.AsSpan()));
        return targets;
    }
}
