using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Tokens;

/// <summary>The words and the tags of the training records. What the parameters give is not learned.</summary>
internal sealed class TagFit(StepContext step) : IFit
{
    private readonly TokenizerFit? words = step.Values.Any("vocabulary") ? null : new TokenizerFit(step, texts: 1, ofWords: true);
    private readonly SortedSet<string> tags = new(StringComparer.Ordinal);
    private readonly TagScheme scheme = TagTokens.SchemeOf(step.Values);
    private readonly string[] given = step.Values.Names("tags");

    public void Check(WorkingRecord record)
    {
        var found = TaggedWords.Of(step, scheme, record).Tags;
        if (given.Length == 0)
        {
            var more = 0;
            foreach (var tag in found)
                more += tags.Contains(tag) ? 0 : 1;
            // Counting one that comes twice in the record as two refuses it a little early.
            if (tags.Count + more > TagTokens.MaximumTags)
                throw step.Error(record, TooMany);
            return;
        }

        foreach (var tag in found)
        {
            if (!given.Contains(tag))
                throw step.Error(record, TagTokens.Unknown(tag, given.Length));
        }
    }

    public void Observe(WorkingRecord record)
    {
        words?.Observe(record);
        if (given.Length > 0)
            return;
        foreach (var tag in TaggedWords.Of(step, scheme, record).Tags)
            tags.Add(tag);
    }

    public void Merge(IFit other)
    {
        var more = (TagFit)other;
        tags.UnionWith(more.tags);
        if (tags.Count > TagTokens.MaximumTags)
            throw new TransformException(step.Name, null, TooMany);
        words?.Merge(more.words!);
    }

    public void Save(FitWriter state)
    {
        state.Count(tags.Count);
        foreach (var tag in tags)
            state.Text(tag);
        words?.Save(state);
    }

    public void Load(FitReader state)
    {
        var count = state.Count(given.Length > 0 ? 0 : TagTokens.MaximumTags);
        for (var i = 0; i < count; i++)
        {
            var tag = state.Text(TagTokens.MaximumTagLength);
            if (tag.Length == 0 || string.CompareOrdinal(tags.Max, tag) >= 0)
                throw state.Wrong("its tags are not sorted names");
            tags.Add(tag);
        }

        words?.Load(state);
    }

    public JsonObject Complete(StepContext completed)
    {
        if (given.Length == 0 && tags.Count == 0)
            throw new TransformException(step.Name, null, $"no training record has tags in '{step.InputNames[1]}'");
        var learned = words?.Complete(completed) ?? [];
        if (given.Length == 0)
            learned["tags"] = PipelineJson.Names(tags);
        return learned;
    }

    private static string TooMany => $"there are more than {TagTokens.MaximumTags} different tags";
}
