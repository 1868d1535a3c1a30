using CsCheck;

namespace Mesh.Transforms.Tests.Support;

/// <summary>Records of texts.</summary>
internal static class TextRecords
{
    /// <summary>A text column <c>text</c>.</summary>
    public static RecordSchema Texts { get; } = new(new RecordColumn("text", ColumnKind.Text));

    /// <summary>Text columns <c>source</c> and <c>target</c>.</summary>
    public static RecordSchema Pairs { get; } = new(new RecordColumn("source", ColumnKind.Text), new RecordColumn("target", ColumnKind.Text));

    /// <summary>Text lists <c>words</c> and <c>tags</c>.</summary>
    public static RecordSchema Tagged { get; } = new(new RecordColumn("words", ColumnKind.TextList), new RecordColumn("tags", ColumnKind.TextList));

    public static RawRecord Text(string? text) => new("r", Texts, new[] { RecordValue.OfText(text) });

    public static RawRecord Pair(string source, string target) => new("r", Pairs, new[] { RecordValue.OfText(source), RecordValue.OfText(target) });

    /// <summary>Words and tags, each separated by spaces; without tags when these are null.</summary>
    public static RawRecord Tags(string words, string? tags) =>
        new("r", Tagged, new[] { RecordValue.OfTexts(words.Split(' ')), tags is null ? default : RecordValue.OfTexts(tags.Split(' ')) });

    /// <summary>A pipeline of one tokenizer on the column <c>text</c>.</summary>
    public static Pipeline Tokenizer(string parameters) => Pipeline.Create(new([TransformSpec.Of("tokenize", parameters)]), Texts);

    /// <summary>The same, fitted on texts.</summary>
    public static FittedPipeline Tokenizer(string parameters, params IEnumerable<string> texts) => Pipelines.Fit(Tokenizer(parameters), [.. texts.Select(Text)]);

    /// <summary>The ids of a text, up to the first padding.</summary>
    public static int[] Ids(this FittedPipeline pipeline, string text) => [.. pipeline.Values<int>(Text(text), 0).TakeWhile(id => id != 0)];

    /// <summary>The tokens of a text.</summary>
    public static string[] Tokens(this FittedPipeline pipeline, string text)
    {
        var vocabulary = pipeline.Outputs[0].Vocabulary!;
        return [.. pipeline.Ids(text).Select(id => vocabulary[id])];
    }

    /// <summary>A column of a record's row.</summary>
    public static T[] Values<T>(this FittedPipeline pipeline, RawRecord record, int column)
        where T : unmanaged =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(pipeline.Row(record)[column]).ToArray();

    /// <summary>Well-formed texts of one to four scripts, with white space, marks and characters beyond 16 bits.</summary>
    public static Gen<string> AnyText { get; } = Gen.OneOf(
            Gen.Char[' ', '~'], Gen.OneOf<char>(' ', ' ', '\t', '\n', '\r', '\u00A0', '\u2003', '\u3000'), Gen.Char['\u00A0', '\u024F'], Gen.Char['\u0300', '\u0345'],
            Gen.Char['\u0400', '\u04FF'], Gen.Char['\u4E00', '\u4E40'], Gen.Char['\0', '\uD7FF'], Gen.Char['\uE000', '\uFFFF'])
        .Select(c => c.ToString()).Or(Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)).Array[0, 40].Select(string.Concat);

    private static Gen<T> Or<T>(this Gen<T> often, Gen<T> seldom) => Gen.Frequency((9, often), (1, seldom));
}
