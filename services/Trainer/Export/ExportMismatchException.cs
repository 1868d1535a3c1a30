namespace Mesh.Trainer.Export;

/// <summary>The exported model does not compute what the trained one does.</summary>
public sealed class ExportMismatchException(string batch, double difference, double tolerance)
    : Exception($"the ONNX model differs from the trained one by {difference:g3} on {batch}; at most {tolerance:g1} is allowed")
{
    public double Difference { get; } = difference;
}
