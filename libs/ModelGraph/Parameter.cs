namespace Mesh.ModelGraph;

/// <summary>
/// One float32 tensor that a node owns, for example <c>conv1.weight</c>. The name is the same in the torch state
/// dictionary and among the ONNX initialisers. Buffers (<see cref="Trainable"/> false) are the running statistics of batch-norm.
/// </summary>
public sealed record Parameter(string Name, TensorShape Shape, bool Trainable = true);
