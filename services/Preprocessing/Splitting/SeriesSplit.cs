using Mesh.Preprocessing.V1;
using Mesh.Specs;
using Mesh.Transforms.Series;

namespace Mesh.Preprocessing.Splitting;

/// <summary>
/// Whether a split leaves neighbours together, where rows are made of records that follow each other. One that draws records
/// one by one does not: rows break off wherever a record went elsewhere, and next to none would be left.
/// </summary>
internal static class SeriesSplit
{
    /// <param name="label">The data's label column, in which equal records may differ.</param>
    public static IEnumerable<SpecViolation> Problems(SplitRule rule, SeriesColumns series, string label)
    {
        var spec = rule.Spec;
        if (rule.Draws && spec.Strategy is SplitStrategy.Stratified or SplitStrategy.Random)
        {
            yield return new SpecViolation("split.strategy", $"{SplitSpecs.Word(spec.Strategy)} puts neighbours of which '{series.Step}' makes rows into different parts; {Advice(series)}");
        }

        if (rule.Draws && spec.Strategy == SplitStrategy.Group && spec.Column != series.Group?.Name)
        {
            yield return new SpecViolation(
                "split.column", $"'{SpecViolation.Shorten(spec.Column)}' is not the column whose values tell the series of '{series.Step}' apart, so neighbours come into different parts; {Advice(series)}");
        }

        if (spec.Duplicates == DuplicatePolicy.Together)
        {
            yield return new SpecViolation("split.duplicates", $"TOGETHER takes records out of the series of which '{series.Step}' makes rows; use FAIL or ALLOW");
        }

        if (spec.Duplicates == DuplicatePolicy.Drop && (rule.Splits.Count > 1 || !EqualIsSameMoment(series, label)))
        {
            yield return new SpecViolation(
                "split.duplicates", $"DROP takes records out of the series of which '{series.Step}' makes rows, unless the data is one split with a column that is their time; use FAIL or ALLOW");
        }
    }

    /// <summary>Then leaving out all but the first leaves no hole, within one split of the data.</summary>
    private static bool EqualIsSameMoment(SeriesColumns series, string label) =>
        series.Time is { } time && time.Name != label && (!series.IsGrouped || (series.Group is { } group && group.Name != label));

    private static string Advice(SeriesColumns series)
    {
        var time = series.Time is null ? "TIME by the column they are in order of" : $"TIME by '{series.Time.Name}'";
        var group = series.Group is null ? "" : $", GROUP by '{series.Group.Name}'";
        return $"use {time}{group} or PREDEFINED";
    }
}
