namespace Mesh.ModelGraph.Nodes;

/// <summary>
/// One operation on float32 values. Each node has three files of one name: the definition here, its ONNX side in
/// <c>Onnx/Nodes</c> and its torch side in <c>services/Trainer/Torch/Nodes</c>.
/// </summary>
/// <param name="Name">Names the node and its value; prefix of its parameters.</param>
/// <param name="Inputs">Names of the values it takes, in order.</param>
public abstract record Node(string Name, IReadOnlyList<string> Inputs)
{
    /// <summary>Checks the inputs and gives the shape of the value.</summary>
    /// <exception cref="GraphException">The node cannot take these shapes.</exception>
    public abstract TensorShape InferShape(IReadOnlyList<TensorShape> inputs);

    /// <summary>The tensors that the node owns; none by default.</summary>
    public virtual IReadOnlyList<Parameter> Parameters(IReadOnlyList<TensorShape> inputs) => [];

    protected GraphException Error(string problem) => new(Name, problem);

    protected void Require(bool condition, string problem)
    {
        if (!condition) throw Error(problem);
    }
}
