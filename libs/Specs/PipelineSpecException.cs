namespace Mesh.Specs;

/// <summary>A pipeline spec, the state of a fit or a fitted pipeline could not be accepted; holds everything wrong with it.</summary>
public sealed class PipelineSpecException(IReadOnlyList<SpecViolation> violations, Exception? inner = null)
    : Exception(string.Join("; ", violations.Take(8)) + (violations.Count > 8 ? $"; and {violations.Count - 8} more" : ""), inner)
{
    /// <summary>A single problem.</summary>
    public PipelineSpecException(string field, string description, Exception? inner = null)
        : this([new SpecViolation(field, description)], inner)
    {
    }

    /// <summary>At least one.</summary>
    public IReadOnlyList<SpecViolation> Violations { get; } = violations;
}
