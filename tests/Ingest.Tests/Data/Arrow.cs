using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Arrow files and streams with values that are set by hand.</summary>
internal static class Arrow
{
    public static byte[] Stream(CompressionCodecType? codec, params RecordBatch[] batches) => Write(false, codec, batches);

    public static byte[] File(CompressionCodecType? codec, params RecordBatch[] batches) => Write(true, codec, batches);

    public static RecordBatch Batch(params (string Name, IArrowArray Array)[] columns) => new(
        new Schema([.. columns.Select(c => new Field(c.Name, c.Array.Data.DataType, nullable: true))], null), columns.Select(c => c.Array), columns[0].Array.Length);

    public static RecordBatch Batch(IReadOnlyList<TypedRow> rows)
    {
        var (i, d, f, s, b) = (new Int64Array.Builder(), new DoubleArray.Builder(), new BooleanArray.Builder(), new StringArray.Builder(), new BinaryArray.Builder());
        var t = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        var (li, ls) = (new ListArray.Builder(Int64Type.Default), new LargeListArray.Builder(StringType.Default));
        foreach (var row in rows)
        {
            _ = row.Integer is { } integer ? i.Append(integer) : i.AppendNull();
            _ = row.Number is { } number ? d.Append(number) : d.AppendNull();
            f.Append(row.Flag);
            _ = row.Text is { } text ? s.Append(text) : s.AppendNull();
            _ = row.Bytes is { } bytes ? b.Append(bytes.AsSpan()) : b.AppendNull();
            _ = row.Moment is { } moment ? t.Append(new DateTimeOffset(moment)) : t.AppendNull();
            _ = row.Integers is null ? li.AppendNull() : li.Append();
            ((Int64Array.Builder)li.ValueBuilder).AppendRange(row.Integers ?? []);
            _ = row.Texts is null ? ls.AppendNull() : ls.Append();
            ((StringArray.Builder)ls.ValueBuilder).AppendRange(row.Texts ?? []);
        }

        return Batch(("i", i.Build()), ("d", d.Build()), ("f", f.Build()), ("s", s.Build()), ("b", b.Build()), ("t", t.Build()), ("li", li.Build()), ("ls", ls.Build()));
    }

    private static byte[] Write(bool file, CompressionCodecType? codec, RecordBatch[] batches)
    {
        using var bytes = new MemoryStream();
        var options = new IpcOptions { CompressionCodecFactory = codec is null ? null : new CompressionCodecFactory(), CompressionCodec = codec };
        using (var writer = file ? new ArrowFileWriter(bytes, batches[0].Schema, leaveOpen: true, options) : new ArrowStreamWriter(bytes, batches[0].Schema, leaveOpen: true, options))
        {
            foreach (var batch in batches)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
        }

        return bytes.ToArray();
    }
}
