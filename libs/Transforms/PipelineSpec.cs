using System.Text.Json.Nodes;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;

namespace Mesh.Transforms;

/// <summary>A pipeline as its author wrote it: transforms in order, not yet checked.</summary>
public sealed class PipelineSpec(IReadOnlyList<TransformSpec> transforms)
{
    /// <summary>Most transforms a pipeline may have.</summary>
    public const int MaximumTransforms = 64;

    /// <summary>In the order they run.</summary>
    public IReadOnlyList<TransformSpec> Transforms { get; } = transforms;

    /// <summary>Everything wrong with the spec; empty when a pipeline can be made of it.</summary>
    public IReadOnlyList<SpecViolation> Validate()
    {
        SpecBinder.Bind(this, out var violations);
        return violations;
    }

    /// <summary>
    /// What decides the output of this pipeline, for cache keys: every parameter (defaults filled in, one form per value), each transform's
    /// version and that of libvips. Equal specs give equal bytes however they were written.
    /// Throws <see cref="PipelineSpecException"/> if the spec is not valid.
    /// </summary>
    public byte[] CanonicalBytes()
    {
        var list = new JsonArray();
        foreach (var transform in Pipeline.Create(this).Transforms)
        {
            list.Add(new JsonObject
            {
                ["type"] = transform.Definition.Type,
                ["version"] = transform.Definition.Version,
                ["parameters"] = transform.Values.ToJson(),
            });
        }

        return CanonicalJson.Write(new JsonObject
        {
            ["format_version"] = FittedPipeline.FormatVersion,
            ["libvips"] = ImageLibrary.Version,
            ["transforms"] = list,
        });
    }
}
