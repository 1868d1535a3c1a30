using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers;

/// <summary>Deals records out to train, validation and test. The data's own test and validation splits stay what they are.</summary>
internal sealed class RecordParts
{
    private const string OwnTest = "test";
    private const string OwnValidation = "validation";

    private readonly SplitPlan _plan;

    public RecordParts(PipelineRunSpec spec)
    {
        var names = spec.DatasetVersion.Splits.Select(s => s.Name).ToList();
        _plan = new SplitPlan(spec.Pipeline.Split ?? new SplitSpec(), !names.Contains(OwnTest), !names.Contains(OwnValidation));
        Splits = [.. names.Order(StringComparer.Ordinal)];
    }

    /// <summary>The data's splits, in the order in which they are read.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <summary>Splits that hold training records.</summary>
    public IEnumerable<string> TrainingSplits => Splits.Where(s => s is not (OwnTest or OwnValidation));

    /// <summary>Call it once for each record, in order.</summary>
    public Part Next(string split, string? label) => split switch
    {
        OwnTest => Part.Test,
        OwnValidation => Part.Validation,
        _ => _plan.Next(label ?? ""),
    };
}
