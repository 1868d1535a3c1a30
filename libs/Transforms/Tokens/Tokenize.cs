using System.Runtime.InteropServices;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Tokens;

/// <summary>
/// Texts → ids of tokens, int32 [max_length] each, in place. Several texts, such as the two of a pair of sentences, share one vocabulary; for one each,
/// use two steps. The second output of each, if there is one, comes after all ids: {name}_mask or {name}_length.
/// </summary>
internal sealed class Tokenize : RecordTransform
{
    public override string Type => "tokenize";

    public override int Version => 1;

    public override string Summary => "Splits texts into words, or learned parts of words, and stores their ids in rows of fixed length.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["text"];

    public override int MaximumInputs => PipelineSpec.MaximumColumns / 2;

    public override IReadOnlyList<Parameter> Parameters { get; } = [.. TokenRow.Parameters, .. TokenizerSettings.Parameters, SecondOutput.Parameter];

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs, ParameterValues values) =>
        SecondOutput.Of(values) is { } second ? [.. inputs, .. inputs.Select(second.NameFor)] : inputs;

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values) =>
        TokenRow.Check(values).Concat(TokenizerSettings.Check(values));

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.Text);
        var settings = TokenizerSettings.Of(step.Values);
        var row = TokenRow.Of(step.Values, settings.Special);
        var ids = ColumnType.Tensor(ElementType.Int32, [row.Length]) with { Vocabulary = VocabularyOf(step, settings) };
        var inputs = step.Inputs.Select(_ => ids);
        return SecondOutput.Of(step.Values) is { } second ? [.. inputs, .. step.Inputs.Select(_ => second.TypeFor(row))] : [.. inputs];
    }

    internal override bool HasFit(ParameterValues values) => !values.Any("vocabulary");

    internal override IFit NewFit(StepContext step) => new TokenizerFit(step, step.Inputs.Count);

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var settings = TokenizerSettings.Of(step.Values);
        var tokenizer = new TextTokenizer(settings, StateOf(step, settings)!);
        var (row, special, second) = (TokenRow.Of(step.Values, settings.Special), settings.Special, SecondOutput.Of(step.Values));
        var (from, to) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray());
        return record =>
        {
            var ids = SpareList<int>.Take();
            for (var i = 0; i < from.Length; i++)
            {
                if (record[from[i]].IsMissing)
                    throw step.Missing(record, i);
                ids.Clear();
                tokenizer.Encode(record[from[i]].Text, ids, row.Enough);
                var used = row.Write(CollectionsMarshal.AsSpan(ids), record.Tensor<int>(to[i]), SpecialTokens.Padding, special.Begin ?? 0, special.End ?? 0);
                second?.Write(record, to[from.Length + i], used);
            }

            SpareList<int>.Return(ids);
        };
    }

    /// <summary>What a step with a tokenizer has learned or was given; null before.</summary>
    public static TokenizerState? StateOf(StepContext step, TokenizerSettings settings) =>
        TokenizerState.Given(step.Values) ?? (step.Fitted is null ? null : TokenizerState.Read(step.Fitted, settings));

    /// <summary>The tokens of such a step; null before they are known.</summary>
    public static Lazy<TokenVocabulary>? VocabularyOf(StepContext step, TokenizerSettings settings) =>
        step.Fitted is null && !step.Values.Any("vocabulary") ? null : new(() => new(settings, StateOf(step, settings)!));
}
