using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class SentencePairsTests
{
    private const string Two = "Line one\nline \"two\"\tAB";
    private const string Zwei = "Zeile eins\nZeile „zwei“\\";

    [Fact]
    public async Task A_catalogue_as_text_gives_what_is_translated()
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("po/de.po", Text(Catalogue.German))];
        var parsed = await parser.ParseAsync(files);
        Assert.Equal((DataFormat.SentencePairs, 5L, 0L), (parsed.Facts.Format, parsed.Records, parsed.Rejected));
        Assert.Equal([("source", ColumnType.String), ("target", ColumnType.String)], parsed.Facts.Schema.Columns.Select(c => (c.Name, c.Type)));
        Assert.Equal(
            [
                ("po/de.po#8", "Good morning", "Guten Morgen"), ("po/de.po#11", Two, Zwei), ("po/de.po#19", "Open", "Öffnen"),
                ("po/de.po#23[0]", "%d file", "%d Datei"), ("po/de.po#23[1]", "%d files", "%d Dateien"),
            ],
            await PairsAsync(parser, files));
        // Windows line ends, and no last one, change nothing.
        Assert.Equal(5, (await PairsAsync(parser, [("de.po", Text(Catalogue.German.Replace("\n", "\r\n", StringComparison.Ordinal)))])).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_compiled_catalogue_gives_the_same(bool bigEndian)
    {
        using var parser = new ParserFixture();
        (string, byte[])[] files = [("all.zip", Archive.Zip(("de/LC_MESSAGES/de.mo", Catalogue.GermanMo(bigEndian)), ("README", [1])))];
        Assert.Equal(
            [
                ("all.zip:de/LC_MESSAGES/de.mo#1[0]", "%d file", "%d Datei"), ("all.zip:de/LC_MESSAGES/de.mo#1[1]", "%d files", "%d Dateien"),
                ("all.zip:de/LC_MESSAGES/de.mo#2", "Good morning", "Guten Morgen"), ("all.zip:de/LC_MESSAGES/de.mo#3", Two, Zwei),
                ("all.zip:de/LC_MESSAGES/de.mo#4", "Open", "Öffnen"),
            ],
            await PairsAsync(parser, files));
    }

    [Fact]
    public async Task The_only_form_of_a_language_goes_with_the_plural_and_the_header_says_the_encoding()
    {
        using var parser = new ParserFixture();
        Assert.Equal([("ja.mo#1[0]", "%d files", "ファイル %d 個")], await PairsAsync(parser, [("ja.mo", Catalogue.JapaneseMo)]));
        var french = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=CP1252\\n\"\n\nmsgid \"summer\"\nmsgstr \"été\"\n";
        Assert.Equal([("fr.po#4", "summer", "été")], await PairsAsync(parser, [("fr.po", Encoding.GetEncoding("windows-1252").GetBytes(french))]));
        Assert.Equal(
            ("ENCODING_UNKNOWN", "fr.po says its encoding is KLINGON-8, which is not known here. Say its encoding."),
            await parser.FailsAsync([("fr.po", Text(french.Replace("CP1252", "KLINGON-8", StringComparison.Ordinal)))]));
        Assert.Equal("ENCODING_UNKNOWN", (await parser.FailsAsync([("fr.po", Text(french.Replace("CP1252", "utf-7", StringComparison.Ordinal)))])).Reason);
        // Bytes of another encoding than the header says.
        await parser.ParseAsync([("fr.po", [.. Text(french.Replace("CP1252", "UTF-8", StringComparison.Ordinal)), .. "\nmsgid \"a\"\nmsgstr \""u8, 0xe9, .. "\"\n"u8])]);
        Assert.Equal([("fr.po#7", "holds bytes that are not text in this encoding")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    /// <summary>In Arabic form 0 is for none and form 1 for one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_form_for_one_goes_with_the_singular(bool compiled)
    {
        using var parser = new ParserFixture();
        var pairs = await PairsAsync(parser, [compiled ? ("ar.mo", Catalogue.ArabicMo) : ("ar.po", Text(Catalogue.Arabic))]);
        Assert.Equal(
            [("%d files", "لا ملفات"), ("%d file", "ملف واحد"), ("%d files", "ملفان"), ("%d files", "%d ملفات"), ("%d files", "%d ملفا"), ("%d files", "%d ملف")],
            pairs.Select(p => (p.Source, p.Target)));
    }

    [Theory]
    [InlineData("nplurals=INTEGER; plural=EXPRESSION;")]
    [InlineData("nplurals=6; plural=n==0 ? 0 : n==1 ? 6 : 1;")]
    [InlineData("nplurals=6; plural=1/(n-1);")]
    public async Task A_rule_that_says_nothing_counts_as_none(string rule)
    {
        using var parser = new ParserFixture();
        var pairs = await PairsAsync(parser, [("ar.po", Text($"msgid \"\"\nmsgstr \"Plural-Forms: {rule}\\n\"\n\nmsgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"x\"\nmsgstr[1] \"y\"\n"))]);
        Assert.Equal([("a", "x"), ("b", "y")], pairs.Select(p => (p.Source, p.Target)));
    }

    [Fact]
    public async Task Damaged_entries_are_rejected_and_reading_goes_on()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 1024);
        var text = $"""
            msgid "good"
            msgstr "gut"

            msgid "open
            msgstr "offen"

            msgid "escape \q"
            msgstr "x"

            msgid "lost"

            msgid "byte \377"
            msgstr "x"

            msgid "bell\001"
            msgstr "x"

            msgid "long"
            msgstr "{new string('x', 1100)}"

            msgid "many"
            {string.Concat(Enumerable.Repeat("\"0123456789\"\n", 100))}
            msgstr "x"

            nonsense

            msgid "stray"
            msgstr "x" "y"

            msgid "last"
            msgstr "zuletzt"
            """;
        (string, byte[])[] files = [("a.po", Text(text))];
        await parser.ParseAsync(files, new DatasetVersion { MaxRejectedFraction = 1 });
        Assert.Equal(
            [
                ("a.po#4", "has line 4, which is no part of a catalogue"), ("a.po#7", "has line 7, which is no part of a catalogue"), ("a.po#10", "has no msgstr"),
                ("a.po#12", "has line 12, which is no part of a catalogue"), ("a.po#15", "holds binary data (character \\x01)"), ("a.po#18", "has more than 1024 characters"),
                ("a.po#21", "has more than 1024 characters"), ("a.po#127", "has line 128, which is no part of a catalogue"),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason)));
        Assert.Equal(["good", "last"], (await PairsAsync(parser, files, new DatasetVersion { MaxRejectedFraction = 1 })).Select(p => p.Source));
    }

    [Fact]
    public async Task A_compiled_catalogue_that_lies_fails_the_commit()
    {
        using var parser = new ParserFixture(options => options.MaxCatalogueBytes = 4096, inMemory: true);
        var good = Catalogue.GermanMo();
        async Task Check(string expected, byte[] bytes)
        {
            var (reason, message) = await parser.FailsAsync([("de.mo", bytes)], DataFormat.SentencePairs);
            Assert.Equal("CATALOGUE_DAMAGED", reason);
            Assert.StartsWith("de.mo ", message);
            Assert.Contains(expected, message);
        }

        byte[] With(int at, uint value)
        {
            var changed = (byte[])good.Clone();
            BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), value);
            return changed;
        }

        var table = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(12));
        await Check("version", With(4, 2 << 16));
        await Check("table", With(8, uint.MaxValue));
        await Check("table", With(12, uint.MaxValue));
        await Check("table", With(16, (uint)good.Length - 8));
        await Check("table", With(12, 0));
        await Check("of entry 0, that is not inside", With(table, uint.MaxValue));
        await Check("of entry 1, that is not inside", With(table + 8, (uint)good.Length));
        await Check("of entry 1, that is not inside", With(table + 12, uint.MaxValue));
        await Check("or has no end", With(table + 8, 3));
        await Check("is not inside", good[..^1]);
        // Every entry is the longest text there is.
        var overlapping = (byte[])good.Clone();
        for (var entry = 0; entry < 5; entry++)
        {
            var translations = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(16));
            good.AsSpan(translations, 8).CopyTo(overlapping.AsSpan(table + (8 * entry)));
            good.AsSpan(translations, 8).CopyTo(overlapping.AsSpan(translations + (8 * entry)));
        }

        await Check("overlap", overlapping);
        Assert.Equal("CATALOGUE_TOO_LARGE", (await parser.FailsAsync([("de.mo", [.. good, .. new byte[4096]])])).Reason);
        for (var length = 28; length < good.Length; length++)
        {
            Assert.Equal("CATALOGUE_DAMAGED", (await parser.FailsAsync([("de.mo", good[..length])])).Reason);
        }
    }

    [Fact]
    public async Task Lines_of_two_fields_are_pairs_when_they_are_asked_for()
    {
        using var parser = new ParserFixture(options => options.MaxRecordBytes = 4096);
        var asked = new DatasetVersion { Format = DataFormat.SentencePairs, MaxRejectedFraction = 1 };
        var text = "Hi.\tHallo!\nHe said \"hi\tEr sagte \"hi\r\n\nrun\ngo\tgeh\tx\n \tleer\nempty\t\n" + new string('x', 10_000_000) + "\ty\nBye.\tTschüss.\n";
        (string, byte[])[] files = [("test.tsv", Text(text))];
        await parser.ParseAsync(files, asked);
        Assert.Equal(
            [
                ("test.tsv#4", "has 1 fields; a pair has 2", "run"), ("test.tsv#5", "has 3 fields; a pair has 2", "go\tgeh\tx"), ("test.tsv#6", "has no source", " \tleer"),
                ("test.tsv#7", "has no target", "empty\t"), ("test.tsv#8", "has more than 4096 characters", ""),
            ],
            parser.Quarantined.Select(r => (r.Source, r.Reason, r.Text)));
        Assert.Equal(
            [("test.tsv#1", "Hi.", "Hallo!"), ("test.tsv#2", "He said \"hi", "Er sagte \"hi"), ("test.tsv#9", "Bye.", "Tschüss.")], await PairsAsync(parser, files, asked));
        Assert.Equal([("test", 3L)], (await parser.ParseAsync(files, asked)).Facts.Splits.Select(s => (s.Name, s.RecordCount)));

        var named = new DatasetVersion { Format = DataFormat.SentencePairs, Options = new FormatOptions { Delimiter = "|", Header = FormatOptions.Types.Header.Present, Encoding = "utf-16" } };
        Assert.Equal([("a.txt#2", "one", "eins")], await PairsAsync(parser, [("a.txt", Encoding.Unicode.GetBytes("en|de\none|eins\n"))], named));
        // What is no text among texts.
        await parser.ParseAsync([("a.zip", Archive.Zip(("a.txt", Text("a\tb")), ("b.png", Png.Of(1)), ("empty.txt", [])))], asked);
        Assert.Equal([("a.zip:b.png", "is neither a gettext catalogue nor a text")], parser.Quarantined.Select(r => (r.Source, r.Reason)));
    }

    /// <summary>Catalogues of this system, and what GNU's own tool makes of them.</summary>
    [Fact]
    public async Task Real_catalogues_give_the_same_compiled_and_as_text()
    {
        const string Folder = "/usr/share/locale/de/LC_MESSAGES";
        Assert.SkipUnless(Directory.Exists(Folder) && File.Exists("/usr/bin/msgunfmt"), "gettext or its catalogues are not installed");
        using var parser = new ParserFixture(inMemory: true);
        foreach (var path in Directory.GetFiles(Folder, "*.mo").OrderByDescending(f => new FileInfo(f).Length).Take(5))
        {
            using var tool = Process.Start(new ProcessStartInfo("/usr/bin/msgunfmt", [path]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
            var text = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
            var portable = text.Split("\n\n").Where(entry => !entry.Contains("<PRI", StringComparison.Ordinal));
            var fromText = await PairsAsync(parser, [("de.po", Text(string.Join("\n\n", portable)))]);
            var compiled = await PairsAsync(parser, [("de.mo", await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken))]);
            Assert.NotEmpty(compiled);
            Assert.Equal(fromText.Select(p => (p.Source, p.Target)).Order(), compiled.Select(p => (p.Source, p.Target)).Order());
        }
    }

    private static async Task<List<(string Place, string Source, string Target)>> PairsAsync(
        ParserFixture parser, (string, byte[])[] files, DatasetVersion? asked = null) =>
        [.. (await parser.ReadAsync(files, asked)).Select(r => (r.Source, r.Values[0].StringValue, r.Values[1].StringValue))];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
