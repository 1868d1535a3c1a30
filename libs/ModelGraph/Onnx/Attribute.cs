namespace Mesh.ModelGraph.Onnx;

/// <summary>Makes operator attributes.</summary>
internal static class Attribute
{
    public static AttributeProto Int(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Float(string name, double value) =>
        new() { Name = name, F = (float)value, Type = AttributeProto.Types.AttributeType.Float };

    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values) attribute.Ints.Add(value);
        return attribute;
    }

    /// <summary>kernel_shape, strides and pads of a square window.</summary>
    public static AttributeProto[] Window(long kernel, long stride, long padding) =>
    [
        Ints("kernel_shape", kernel, kernel),
        Ints("strides", stride, stride),
        Ints("pads", padding, padding, padding, padding),
    ];
}
