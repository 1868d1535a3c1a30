using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Categories;

/// <summary>
/// Text, integer or boolean → what its place in a list of categories gives. The list is given, or what the training records have: integers by value, the
/// rest by code units, false before true. A missing value and an empty text are unknown categories.
/// </summary>
/// <param name="maximum">Of learned categories, unless a spec says otherwise.</param>
/// <param name="otherPolicy">What else than refusing and <see cref="Other"/> can be done about an unknown category.</param>
/// <param name="otherMeaning">That, in words.</param>
internal abstract class CategoryTransform(int maximum, string otherPolicy, string otherMeaning) : RecordTransform
{
    protected const string Other = "other";

    private const int MaximumCategories = 65536;
    private const string Refuse = "error";
    private const string Fitted = "categories";

    public sealed override int MaximumInputs => PipelineSpec.MaximumColumns;

    public sealed override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NameListParameter("categories", MaximumCategories, CategoryCounts.MaximumLength,
            "The categories in index order, for every column; empty takes those of the training records, sorted."),
        new IntegerParameter("maximum", 1, MaximumCategories,
            "Most categories that are learned; of more, other keeps the most frequent, and without other the fit fails.", maximum),
        new ChoiceParameter("unknown", [Refuse, Other, otherPolicy], Refuse,
            $"What becomes of a category that is not in the list, and of a missing value: the record is refused, or they are other, one more category at the end, or {otherMeaning}."),
    ];

    internal sealed override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        var given = step.Values.Names("categories");
        for (var i = 0; i < step.Inputs.Count; i++)
        {
            if (ScalarColumn.Takes(step, i, ColumnKind.Text, ColumnKind.Integer, ColumnKind.Boolean) && step.Inputs[i].Kind != ColumnKind.Unknown
                && CategoryIndex.TryMake(given, ScalarColumn.KindOf(step.Inputs[i]), out _) is { } problem)
            {
                step.Refuse(i, $"must {problem}");
            }
        }

        var more = step.Values.Choice("unknown") == Other ? 1 : 0;
        return [.. step.Inputs.Select((_, i) =>
            given.Length > 0 ? Result(given.Length + more)
            : step.Fitted is not null ? Result(CountOf(ColumnFits.Read(step)[i]) + more)
            : Result(null))];
    }

    internal sealed override bool HasFit(ParameterValues values) => values.Names("categories").Length == 0;

    internal sealed override IFit NewFit(StepContext step)
    {
        var most = (int)step.Values.Integer("maximum");
        var pools = step.Values.Choice("unknown") == Other;
        return new ColumnFits(step, input => new CategoryFit(step, input, MaximumCategories, "hash takes any number of them", counts =>
            counts.Distinct <= most || pools
                ? new() { [Fitted] = PipelineJson.Names(counts.MostFrequent(most)) }
                : throw new TransformException(step.Name, null, $"'{step.InputNames[input]}' has {counts.Distinct} categories and maximum is {most}; "
                    + "raise it, let unknown be other, which keeps the most frequent, or take hash")));
    }

    internal sealed override Action<WorkingRecord> Bind(StepContext step)
    {
        var (policy, to) = (step.Values.Choice("unknown"), step.OutputSlots.ToArray());
        ScalarColumn[] columns = [.. step.Inputs.Select((_, i) => new ScalarColumn(step, i))];
        CategoryIndex[] lists = [.. step.Inputs.Select((_, i) => List(step, i))];
        return record =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                var value = columns[i].Read(record);
                var place = lists[i].Find(value);
                if (place < 0 && policy == Refuse)
                    throw Unknown(step, record, i, value, lists[i].Count);
                Write(record, to[i], place < 0 && policy == Other ? lists[i].Count : place);
            }
        };
    }

    /// <summary>What a column becomes.</summary>
    /// <param name="width">Number of categories, with other; null when only fitting tells.</param>
    protected abstract ColumnType Result(int? width);

    /// <param name="record">Its slot has what <see cref="Result"/> says.</param>
    /// <param name="slot">Where.</param>
    /// <param name="place">In the list; −1 when it is not there, and neither refused nor other.</param>
    protected abstract void Write(WorkingRecord record, int slot, int place);

    private static int CountOf(JsonFields fitted) =>
        fitted.Array(Fitted) is { Count: > 0 and var count } ? count : throw fitted.Wrong(Fitted, "must not be empty");

    private static CategoryIndex List(StepContext step, int input)
    {
        var kind = ScalarColumn.KindOf(step.Inputs[input]);
        var given = step.Values.Names("categories");
        if (given.Length == 0)
            return CategoryIndex.Read(ColumnFits.Read(step)[input], Fitted, kind, (int)step.Values.Integer("maximum"));
        CategoryIndex.TryMake(given, kind, out var index);
        return index;
    }

    private static TransformException Unknown(StepContext step, WorkingRecord record, int input, in RecordValue value, int count) =>
        ScalarText.Format(value) is { } text
            ? step.Error(record, $"'{SpecViolation.Shorten(text)}' is not one of the {count} categories of '{step.InputNames[input]}'")
            : step.Missing(record, input);
}
