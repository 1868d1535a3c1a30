using Mesh.Transforms.Images;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms;

/// <summary>A transform with its validated parameters.</summary>
internal sealed record BoundTransform(TransformDefinition Definition, ParameterValues Values);

/// <summary>Looks up the transforms of a spec and checks everything about it, so that all problems are reported at once.</summary>
internal static class SpecBinder
{
    public static IReadOnlyList<BoundTransform> Bind(PipelineSpec spec, out List<SpecViolation> violations)
    {
        violations = [];
        var bound = new List<BoundTransform>();
        if (spec.Transforms.Count > PipelineSpec.MaximumTransforms)
        {
            violations.Add(new("transforms", $"has {spec.Transforms.Count} entries; at most {PipelineSpec.MaximumTransforms} are allowed"));
            return bound;
        }

        if (spec.Transforms.Count == 0)
            violations.Add(new("transforms", $"is empty; it must start with {DecodeImage.TypeName}"));

        string? batch = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Transforms.Count; i++)
        {
            var (type, parameters) = spec.Transforms[i];
            var typePath = $"transforms[{i}].type";
            var definition = TransformCatalog.Find(type);
            if (definition is null)
            {
                violations.Add(new(typePath, $"'{SpecViolation.Shorten(type)}' is not a transform; known: {TransformCatalog.KnownTypes}"));
                continue;
            }

            if (i == 0 && type != DecodeImage.TypeName)
                violations.Add(new(typePath, $"is {type}; the first transform must be {DecodeImage.TypeName}"));
            if (!seen.Add(type) && !definition.Repeatable)
                violations.Add(new(typePath, $"{type} can be used only once"));
            if (definition.Stage == TransformStage.Batch)
                batch ??= type;
            else if (batch is not null)
                violations.Add(new(typePath, $"{type} runs on records and must come before {batch}, which runs on batches"));

            if (ParameterValues.Read(definition, parameters, $"transforms[{i}].parameters", violations) is { } values)
                bound.Add(new(definition, values));
        }

        return bound;
    }
}
