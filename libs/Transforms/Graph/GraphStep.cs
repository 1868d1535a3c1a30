using Mesh.Specs;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Graph;

/// <summary>A step whose transform and columns are known.</summary>
/// <param name="Index">Its place in the spec.</param>
/// <param name="Spec">As written.</param>
/// <param name="Definition">Its transform.</param>
/// <param name="Values">Its parameters.</param>
/// <param name="InputNames">Columns it reads.</param>
/// <param name="OutputNames">Columns it writes.</param>
/// <param name="Inputs">Where each input comes from; steps are places in <see cref="PipelineGraph.Steps"/>.</param>
internal sealed record GraphStep(
    int Index, TransformSpec Spec, TransformDefinition Definition, ParameterValues Values,
    string[] InputNames, string[] OutputNames, Port[] Inputs)
{
    public string Name => Spec.Name.Length > 0 ? Spec.Name : Definition.Type;

    public string Path => $"transforms[{Index}]";

    public bool HasFit => Definition.HasFit(Values);
}
