using System.Runtime.InteropServices;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Tokens;

/// <summary>
/// Words and a tag for each → ids of tokens, int32 [max_length], and indices of tags, int64 [max_length]: that of a word at its first token, and
/// <see cref="Ignored"/> at its others, at special tokens and at padding. A record without tags, such as one to predict on, has none but these.
/// </summary>
internal sealed class TagTokens : RecordTransform
{
    public const int MaximumTags = 4096;
    public const int MaximumTagLength = 256;

    /// <summary>What losses leave out (torch's <c>ignore_index</c>).</summary>
    public const long Ignored = -100;

    private static readonly NameListParameter Tags = new("tags", MaximumTags, MaximumTagLength,
        "Tags in index order; empty takes those of the training records, sorted.");

    public override string Type => "tag-tokens";

    public override int Version => 2;

    public override string Summary => "Stores the ids of tagged words' tokens, and the tags where each word begins.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["words", "tags"];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        .. TokenRow.Parameters,
        Tags,
        new ChoiceParameter("scheme", TagScheme.Choices, "none",
            "Whether tags are B-X and I-X for spans: bio refuses a record with an I-X that no B-X or I-X comes before, bio-repair makes it B-X."),
        .. TokenizerSettings.Parameters,
        SecondOutput.Parameter,
    ];

    public static TagScheme SchemeOf(ParameterValues values) => new(values.Choice("scheme"));

    public static string Unknown(string tag, int count) => $"'{SpecViolation.Shorten(tag)}' is not one of the {count} tags";

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs, ParameterValues values) =>
        SecondOutput.Of(values) is { } second ? [.. inputs, second.NameFor(inputs[0])] : inputs;

    internal override bool IsTarget(int input) => input == 1;

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values) =>
        TokenRow.Check(values).Concat(TokenizerSettings.Check(values));

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.TextList, ColumnKind.Text);
        var settings = TokenizerSettings.Of(step.Values);
        var row = TokenRow.Of(step.Values, settings.Special);
        ColumnType[] types =
        [
            ColumnType.Tensor(ElementType.Int32, [row.Length]) with { Vocabulary = Tokenize.VocabularyOf(step, settings) },
            ColumnType.Tensor(ElementType.Int64, [row.Length]) with { ClassNames = TagsOf(step) },
        ];
        return SecondOutput.Of(step.Values) is { } second ? [.. types, second.TypeFor(row)] : types;
    }

    internal override bool HasFit(ParameterValues values) => !values.Any("vocabulary") || !values.Any("tags");

    internal override IFit NewFit(StepContext step) => new TagFit(step);

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var settings = TokenizerSettings.Of(step.Values);
        var tokenizer = new TextTokenizer(settings, Tokenize.StateOf(step, settings)!);
        var (row, special, second, scheme) = (TokenRow.Of(step.Values, settings.Special), settings.Special, SecondOutput.Of(step.Values), SchemeOf(step.Values));
        var index = TagsOf(step).Select((tag, i) => (tag, i)).ToDictionary(tag => tag.tag, tag => (long)tag.i, StringComparer.Ordinal);
        var to = step.OutputSlots.ToArray();
        return record =>
        {
            var (ids, tags) = (SpareList<int>.Take(), SpareList<long>.Take());
            var tagged = TaggedWords.Of(step, scheme, record);
            for (var i = 0; i < tagged.Words.Length; i++)
            {
                var tag = Ignored;
                if (tagged.Tags.Length > 0 && !index.TryGetValue(tagged.Tags[i], out tag))
                    throw step.Error(record, Unknown(tagged.Tags[i], index.Count));
                tokenizer.EncodeWord(tagged.Words[i], ids);
                tags.Add(tag);
                while (tags.Count < ids.Count)
                    tags.Add(Ignored);
            }

            var used = row.Write(CollectionsMarshal.AsSpan(ids), record.Tensor<int>(to[0]), SpecialTokens.Padding, special.Begin ?? 0, special.End ?? 0);
            row.Write(CollectionsMarshal.AsSpan(tags), record.Tensor<long>(to[1]), Ignored, Ignored, Ignored);
            second?.Write(record, to[^1], used);
            SpareList<int>.Return(ids);
            SpareList<long>.Return(tags);
        };
    }

    private static string[] TagsOf(StepContext step)
    {
        if (step.Values.Any(Tags.Name))
            return step.Values.Names(Tags.Name);
        if (step.Fitted is null)
            return [];
        var value = Tags.Read(step.Fitted.Required(Tags.Name), out var problem);
        return problem is null ? [.. value!.AsArray().Select(tag => tag!.GetValue<string>())] : throw step.Fitted.Wrong(Tags.Name, problem);
    }
}
