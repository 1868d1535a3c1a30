using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>How the records of one dataset version are divided: a pipeline's split, bound to the data.</summary>
internal sealed class SplitRule
{
    private const string OwnTest = "test";
    private const string OwnValidation = "validation";

    private readonly bool _ownTest;
    private readonly bool _ownValidation;

    /// <param name="features">What a model gets something of to go by.</param>
    public SplitRule(SplitSpec? asked, DatasetVersion version, IEnumerable<RecordColumn> features)
    {
        Spec = SplitSpecs.Resolve(asked);
        Splits = [.. version.Splits.Select(s => (s.Name, s.RecordCount)).OrderBy(s => s.Name, StringComparer.Ordinal)];
        (_ownTest, _ownValidation) = (Has(OwnTest), Has(OwnValidation));
        var name = Spec is { Strategy: SplitStrategy.Stratified, Column: "" } ? DataSchema.LabelOf(version) : Spec.Column;
        Column = Draws || ByColumn ? DataSchema.Of(version).Columns.FirstOrDefault(c => c.Name == name && SplitSpecs.Takes(Spec.Strategy, c.Kind)) : null;
        Borders = Draws && FixedBorders.Are(Spec) && Column is not null ? FixedBorders.Of(Spec, Column.Kind) : null;
        Features = [.. features.Where(c => c.Name != DataSchema.LabelOf(version))];
    }

    /// <summary>As it was taken: nothing in it is unspecified.</summary>
    public SplitSpec Spec { get; }

    /// <summary>The data's splits in the order in which they are gone through, and their records.</summary>
    public IReadOnlyList<(string Name, long Records)> Splits { get; }

    /// <summary>The column that decides; null when none does.</summary>
    public RecordColumn? Column { get; }

    /// <summary>The columns in which equal records are equal.</summary>
    public IReadOnlyList<RecordColumn> Features { get; }

    /// <summary>Of the time, when the split gives them; null when they follow from the records.</summary>
    public TimeBorders? Borders { get; }

    public double Test => _ownTest ? 0 : Spec.TestFraction;

    /// <summary>Of what testing leaves.</summary>
    public double Validation => _ownValidation ? 0 : Spec.ValidationFraction;

    /// <summary>Whether anything is divided that the data has not divided itself.</summary>
    public bool Draws => Spec.Strategy != SplitStrategy.Predefined && (Test > 0 || Validation > 0 || FixedBorders.Are(Spec));

    /// <summary>Whether somebody wants to know which records are equal, and could find any in the wrong place.</summary>
    public bool ComparesRecords => Features.Count > 0 && Spec.Duplicates switch
    {
        DuplicatePolicy.Allow => false,
        DuplicatePolicy.Drop => true,
        _ => HasSeveralParts,
    };

    /// <summary>Whether it is to be found out of all records where parts begin.</summary>
    public bool FindsBorders => Spec.Strategy == SplitStrategy.Time && Draws && Borders is null;

    /// <summary>Whether all records have to be looked at before it is known where the first one belongs.</summary>
    public bool NeedsSurvey =>
        FindsBorders || (ComparesRecords && Spec.Duplicates is DuplicatePolicy.Drop or DuplicatePolicy.Together);

    /// <summary>The columns that decide, and those that a survey reads.</summary>
    public IReadOnlyList<RecordColumn> SurveyColumns =>
        [.. (ComparesRecords ? Features : []).Concat(Column is null ? [] : [Column]).DistinctBy(c => c.Name)];

    private bool ByColumn => Spec is { Strategy: SplitStrategy.Predefined, Column.Length: > 0 };

    private bool HasSeveralParts => ByColumn || Draws || Splits.Select(s => PartOf(s.Name)).Distinct().Count() > 1;

    /// <summary>The part of all records of a split of the data; null when it is decided record by record.</summary>
    public Part? PartOf(string split) => split switch
    {
        _ when ByColumn => null,
        OwnTest => Part.Test,
        OwnValidation => Part.Validation,
        _ => Draws ? null : Part.Train,
    };

    /// <summary>Decides for one record after the other, in order, by what their <see cref="RecordFacts.Key"/> is.</summary>
    /// <param name="borders">Of the time, when the rule <see cref="FindsBorders"/>; else not looked at.</param>
    public Func<UInt128, Part> NewDealer(TimeBorders borders = default) => Spec.Strategy switch
    {
        SplitStrategy.Group => new GroupDraws(this).Next,
        SplitStrategy.Time => (Borders ?? borders).PartOf,
        SplitStrategy.Predefined => key => (Part)(byte)key,
        _ => new ClassDraws(Spec.Seed, Test, Validation).Next,
    };

    private bool Has(string split) => Splits.Any(s => s.Name == split);
}
