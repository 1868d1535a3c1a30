using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Tokens;

/// <summary>The words of a record and their tags, if it has any.</summary>
internal readonly ref struct TaggedWords
{
    private TaggedWords(ReadOnlySpan<string> words, ReadOnlySpan<string> tags)
    {
        Words = words;
        Tags = tags;
    }

    public ReadOnlySpan<string> Words { get; }

    /// <summary>As many as words, in the form that the scheme has; none when the record has none.</summary>
    public ReadOnlySpan<string> Tags { get; }

    /// <exception cref="TransformException">There are no words, not as many tags, or the scheme refuses one.</exception>
    public static TaggedWords Of(StepContext step, TagScheme scheme, WorkingRecord record)
    {
        ref readonly var tags = ref record[step.InputSlots[1]];
        if (record[step.InputSlots[0]].IsMissing)
            throw step.Missing(record, 0);
        var words = Items(record[step.InputSlots[0]]);
        if (tags.IsMissing)
            return new(words, []);
        string[] applied = [.. Items(tags)];
        if (applied.Length != words.Length)
            throw step.Error(record, $"there are {words.Length} words and {applied.Length} tags");
        for (var i = 0; i < applied.Length; i++)
        {
            if (applied[i].Length is 0 or > TagTokens.MaximumTagLength)
                throw step.Error(record, $"tag {i} has {applied[i].Length} characters; 1 to {TagTokens.MaximumTagLength} are allowed");
            applied[i] = scheme.Apply(applied[i], i > 0 ? applied[i - 1] : null)
                ?? throw step.Error(record, $"tag {i}, '{SpecViolation.Shorten(applied[i])}', goes on with nothing: a tag of the same name has to come before it");
        }

        return new(words, applied);
    }

    /// <summary>The words of a value as they are encoded one by one: each as it stands inside a sentence, with a space before it.</summary>
    public static string Sentence(in RecordValue words) => string.Concat(Items(words).ToArray().Where(word => word.Length > 0).Select(word => $" {word}"));

    private static ReadOnlySpan<string> Items(in RecordValue value) =>
        value.Kind == ColumnKind.Text ? value.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : value.Texts;
}
