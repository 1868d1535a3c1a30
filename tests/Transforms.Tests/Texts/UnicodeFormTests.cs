using CsCheck;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.Tests.Shared;
using Mesh.Transforms.Tests.Support;
using Mesh.Transforms.Texts;

namespace Mesh.Transforms.Tests.Texts;

/// <summary>Against the Unicode Consortium's own tests: NormalizationTest.txt of Unicode 15, as tests/Goldens/unicode.json has it.</summary>
public class UnicodeFormTests
{
    private static readonly JsonElement Golden =
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(RepoRoot.Path, "tests", "Goldens", "unicode.json")));

    private static readonly Dictionary<string, UnicodeForm> Forms = new()
    {
        ["nfc"] = UnicodeForm.C,
        ["nfd"] = UnicodeForm.D,
        ["nfkc"] = UnicodeForm.Kc,
        ["nfkd"] = UnicodeForm.Kd,
    };

    [Theory]
    [InlineData("nfc")]
    [InlineData("nfd")]
    [InlineData("nfkc")]
    [InlineData("nfkd")]
    public void Every_character_by_itself(string form)
    {
        var lines = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => Forms[form].Of(char.ConvertFromUtf32(code)));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        Assert.Equal(Golden.GetProperty("characters").GetProperty(form).GetString(), Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Characters_together()
    {
        var tests = Golden.GetProperty("tests").EnumerateArray().Select(test => test.EnumerateArray().Select(text => text.GetString()!).ToArray()).ToArray();
        Assert.True(tests.Length > 100);
        foreach (var test in tests)
        {
            var (c, d, kc, kd) = (test[1], test[2], test[3], test[4]);
            // The conformance clauses of the file's head.
            foreach (var same in new[] { test[0], c, d })
                Assert.Equal((c, d), (UnicodeForm.C.Of(same), UnicodeForm.D.Of(same)));
            Assert.All(new[] { kc, kd }, same => Assert.Equal((kc, kd), (UnicodeForm.C.Of(same), UnicodeForm.D.Of(same))));
            foreach (var same in test)
                Assert.Equal((kc, kd), (UnicodeForm.Kc.Of(same), UnicodeForm.Kd.Of(same)));
        }
    }

    [Fact]
    public void Once_is_enough() => TextRecords.AnyText.Sample(text =>
    {
        foreach (var form in Forms.Values)
        {
            var once = form.Of(text);
            Assert.Equal(once, form.Of(once));
        }

        Assert.Equal(UnicodeForm.C.Of(text), UnicodeForm.C.Of(UnicodeForm.D.Of(text)));
        Assert.Equal(UnicodeForm.Kd.Of(text), UnicodeForm.D.Of(UnicodeForm.Kc.Of(text)));
    }, iter: 2_000, threads: 1);

    [Fact]
    public void A_million_marks_in_disorder_take_no_time()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 500_000));
        var form = UnicodeForm.D.Of(text);
        Assert.Equal("a" + new string('\u0316', 500_000) + new string('\u0301', 500_000), form);
    }

    [Fact]
    public void Half_a_pair_of_surrogates_is_replaced() => Assert.Equal("é\uFFFD", UnicodeForm.C.Of("e\u0301\uD800"));
}
