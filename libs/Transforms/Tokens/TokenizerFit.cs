using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Tokens.Training;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tokens;

/// <summary>The words of the training texts; at the end, the tokens they are made of.</summary>
/// <param name="step">With the slots of the inputs.</param>
/// <param name="texts">How many of the inputs are texts, from the first.</param>
/// <param name="ofWords">Whether texts are encoded word by word, as lists of words are.</param>
internal sealed class TokenizerFit(StepContext step, int texts, bool ofWords = false) : IFit
{
    private readonly TokenizerSettings settings = TokenizerSettings.Of(step.Values);
    private readonly IWordSplitter splitter = TokenizerSettings.Of(step.Values).Splitter();
    private readonly WordCounts counts = new();

    public void Check(WorkingRecord record)
    {
        for (var i = 0; i < texts; i++)
        {
            if (record[step.InputSlots[i]].IsMissing)
                throw step.Missing(record, i);
        }
    }

    public void Observe(WorkingRecord record)
    {
        for (var i = 0; i < texts; i++)
        {
            ref readonly var value = ref record[step.InputSlots[i]];
            var text = value.Kind == ColumnKind.Text && !ofWords ? value.Text : TaggedWords.Sentence(value);
            counts.Add(TextTokenizer.WellFormed(text), splitter, settings.MaximumWord);
        }
    }

    public void Merge(IFit other) => counts.Merge(((TokenizerFit)other).counts);

    public void Save(FitWriter state) => counts.Save(state);

    public void Load(FitReader state) => counts.Load(state, settings.MaximumWord);

    public JsonObject Complete(StepContext completed)
    {
        var learned = VocabularyTraining.Train(settings, counts);
        return learned.Tokens.Count > 0
            ? learned.ToJson()
            : throw new TransformException(step.Name, null, $"the training texts have nothing {settings.MinimumCount} times or more; lower min_count");
    }
}
