namespace Mesh.Transforms.Tests.Support;

/// <summary>Records of numbers.</summary>
internal static class Tables
{
    /// <summary>Numbers <c>a</c>, <c>b</c> and <c>c</c>.</summary>
    public static RecordSchema Numbers { get; } = new(
        new RecordColumn("a", ColumnKind.Number), new RecordColumn("b", ColumnKind.Number), new RecordColumn("c", ColumnKind.Number));

    /// <summary>A single integer column <c>n</c>.</summary>
    public static RecordSchema Integers { get; } = new(new RecordColumn("n", ColumnKind.Integer));

    public static RawRecord Row(double a, double b = 0, double c = 0) =>
        new($"{a}", Numbers, new[] { RecordValue.OfNumber(a), RecordValue.OfNumber(b), RecordValue.OfNumber(c) });

    public static RawRecord Integer(long n) => new($"{n}", Integers, new[] { RecordValue.OfInteger(n) });

    public static float[] Floats(this FittedPipeline pipeline, RawRecord record, string column)
    {
        var bytes = pipeline.Row(record)[pipeline.Columns.ToList().FindIndex(output => output.Name == column)];
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }
}
