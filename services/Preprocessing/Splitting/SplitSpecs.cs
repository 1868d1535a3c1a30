using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>What a split may ask for, alone and of given data.</summary>
internal static class SplitSpecs
{
    private const double LargestFraction = 0.5;
    private const int LongestMoment = 64;
    private const string TestField = "test_fraction";
    private const string ValidationField = "validation_fraction";

    /// <summary>With what unset fields stand for, so that equal splits are equal.</summary>
    public static SplitSpec Resolve(SplitSpec? split)
    {
        var resolved = split?.Clone() ?? new SplitSpec();
        resolved.Strategy = resolved.Strategy == SplitStrategy.Unspecified ? SplitStrategy.Stratified : resolved.Strategy;
        resolved.Duplicates = resolved.Duplicates == DuplicatePolicy.Unspecified ? DuplicatePolicy.Fail : resolved.Duplicates;
        return resolved;
    }

    /// <summary>Everything that is wrong with a split for any data.</summary>
    /// <param name="field">Proto path of the split.</param>
    public static void Check(SplitSpec? asked, string field, Violations violations)
    {
        var split = Resolve(asked);
        Fraction(split.ValidationFraction, ValidationField);
        Fraction(split.TestFraction, TestField);
        violations.Require(Enum.IsDefined(split.Strategy), $"{field}.strategy", "is not one of the strategies.");
        violations.Require(Enum.IsDefined(split.Duplicates), $"{field}.duplicates", "is not one of the policies.");
        violations.Require(split.Column.Length <= PipelineSpec.MaximumName, $"{field}.column", $"must have at most {PipelineSpec.MaximumName} characters.");
        if (split.Strategy is SplitStrategy.Group or SplitStrategy.Time)
        {
            violations.Require(split.Column.Length > 0, $"{field}.column", $"is missing: {Word(split.Strategy)} needs the column to go by.");
        }

        From(split.ValidationFrom, "validation_from");
        From(split.TestFrom, "test_from");
        if (split.Strategy == SplitStrategy.Random)
        {
            violations.Require(split.Column.Length == 0, $"{field}.column", "must be empty: RANDOM goes by no column.");
        }

        if (split is { Strategy: SplitStrategy.Group, Duplicates: DuplicatePolicy.Together })
        {
            violations.Add($"{field}.duplicates", "TOGETHER takes records out of their groups; with GROUP use FAIL, DROP or ALLOW.");
        }

        void From(string value, string name)
        {
            violations.Require(value.Length <= LongestMoment, $"{field}.{name}", $"must have at most {LongestMoment} characters.");
            violations.Require(value.Length == 0 || split.Strategy == SplitStrategy.Time, $"{field}.{name}", "must be empty: only TIME has borders.");
        }

        void Fraction(double value, string name)
        {
            violations.Require(value is >= 0 and <= LargestFraction, $"{field}.{name}", $"must be from 0 to {LargestFraction}.");
            violations.Require(!(value is > 0 and <= LargestFraction && FixedBorders.Are(split)), $"{field}.{name}", "must be 0: validation_from and test_from say where the parts begin.");
            if (split.Strategy == SplitStrategy.Predefined)
            {
                violations.Require(value is not (> 0 and <= LargestFraction), $"{field}.{name}", "must be 0: PREDEFINED draws nothing.");
            }
        }
    }

    /// <summary>What is wrong with a split that is valid in itself, for data of these columns; null when nothing is.</summary>
    public static SpecViolation? Check(SplitSpec? asked, RecordSchema schema)
    {
        var split = Resolve(asked);
        if (split.Column.Length == 0)
        {
            return null;
        }

        var place = schema.IndexOf(split.Column);
        if (place < 0)
        {
            return new SpecViolation("split.column", $"'{SpecViolation.Shorten(split.Column)}' is not a column of the data");
        }

        // That a strategy goes by no column is said with what is wrong in the specification itself.
        var kind = schema.Columns[place].Kind;
        return Kinds(split.Strategy) is [] || Takes(split.Strategy, kind)
            ? null
            : new SpecViolation("split.column", $"'{split.Column}' is {kind.Word}; {Word(split.Strategy)} goes by {string.Join(" or ", Kinds(split.Strategy).Select(k => k.Word))}");
    }

    /// <summary>"STRATIFIED"</summary>
    public static string Word(SplitStrategy strategy) => strategy.ToString().ToUpperInvariant();

    /// <summary>Whether a column of this kind can be gone by.</summary>
    public static bool Takes(SplitStrategy strategy, ColumnKind kind) => Kinds(strategy).Contains(kind);

    private static ColumnKind[] Kinds(SplitStrategy strategy) => strategy switch
    {
        SplitStrategy.Stratified or SplitStrategy.Group => [ColumnKind.Text, ColumnKind.Integer, ColumnKind.Boolean],
        SplitStrategy.Time => [ColumnKind.Timestamp, ColumnKind.Integer, ColumnKind.Number],
        SplitStrategy.Predefined => [ColumnKind.Text],
        _ => [],
    };
}
