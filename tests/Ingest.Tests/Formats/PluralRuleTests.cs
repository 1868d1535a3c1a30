using Mesh.Ingest.Formats.Sentences;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>The rules as the manual of gettext has them ("Plural forms"), and what the languages say.</summary>
public sealed class PluralRuleTests
{
    private const string Polish = "nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2;";
    private const string Slovenian = "nplurals=4; plural=n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3;";
    private const string Arabic = "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;";
    private const string Latvian = "nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;";

    [Theory]
    [InlineData(Polish, "1", 0)]
    [InlineData(Polish, "2 3 4 22 23 24", 1)]
    [InlineData(Polish, "5 12 21 25 31", 2)]
    [InlineData(Slovenian, "1 101 201", 0)]
    [InlineData(Slovenian, "2 102", 1)]
    [InlineData(Slovenian, "3 4 103", 2)]
    [InlineData(Slovenian, "0 5 11 100", 3)]
    [InlineData("nplurals=2; plural=n>1;", "0 1", 0)]
    [InlineData("nplurals=2; plural=n>1;", "2 100", 1)]
    [InlineData("nplurals=1; plural=0;", "0 1 2", 0)]
    [InlineData(Latvian, "1 21 101", 0)]
    [InlineData(Latvian, "2 11 111", 1)]
    [InlineData(Latvian, "0", 2)]
    [InlineData(Arabic, "0", 0)]
    [InlineData(Arabic, "1", 1)]
    [InlineData(Arabic, "2", 2)]
    [InlineData(Arabic, "3 10 103", 3)]
    [InlineData(Arabic, "11 99 111", 4)]
    [InlineData(Arabic, "100 101 102", 5)]
    public void Each_number_has_the_form_of_its_language(string forms, string numbers, int form) =>
        Assert.All(numbers.Split(' '), number => Assert.Equal((ulong)form, PluralRule.Find($"Language: x\nPlural-Forms: {forms}\n").FormOf(ulong.Parse(number))));

    [Theory]
    [InlineData(Polish, 0)]
    [InlineData(Slovenian, 0)]
    [InlineData(Arabic, 1)]
    // As older catalogues of Slovenian have it.
    [InlineData("nplurals=4; plural=(n%100==1 ? 1 : n%100==2 ? 2 : n%100==3 || n%100==4 ? 3 : 0);", 1)]
    [InlineData("nplurals=3; plural=(n==0 ? 0 : n==1 ? 1 : 2);", 1)]
    public void The_form_for_one_is_the_singular(string forms, int form) => Assert.Equal(form, PluralRule.Find($"plural-forms: {forms}\n").Singular);

    // Worked out by hand, by the rules of C.
    [Theory]
    [InlineData("2+3*4-6/2%2", 13)]
    [InlineData("10-2-3", 5)]
    [InlineData("1||0&&0", 1)]
    [InlineData("!0+!5*2+!!7", 2)]
    [InlineData("1<2==1", 1)]
    [InlineData("3>2>1", 0)]
    [InlineData("0?1:0?2:3", 3)]
    [InlineData("1?2?4:5:6", 4)]
    [InlineData("(((\tn )))", 7)]
    [InlineData("1 || 1/0", 1)]
    [InlineData("0 && 1%0", 0)]
    [InlineData("n ? 3 : 1/0", 3)]
    [InlineData("0-1", ulong.MaxValue)]
    public void Operators_mean_what_they_mean_in_C(string expression, ulong value) => Assert.Equal(value, new PluralExpression(expression, 7).Value);

    [Theory]
    [InlineData("")]
    [InlineData("n ==")]
    [InlineData("n = 1")]
    [InlineData("n n")]
    [InlineData("(n")]
    [InlineData("n)")]
    [InlineData("n ? 1")]
    [InlineData("n & 1")]
    [InlineData("system(1)")]
    [InlineData("1/0")]
    [InlineData("1%(n-7)")]
    [InlineData("99999999999999999999")]
    public void What_is_no_rule_has_no_value(string expression) => Assert.Null(new PluralExpression(expression, 7).Value);

    [Theory]
    [InlineData("(")]
    [InlineData("!")]
    [InlineData("1?")]
    [InlineData("0?1:")]
    public void Endless_nesting_ends(string piece) =>
        Assert.Null(new PluralExpression(string.Concat(Enumerable.Repeat(piece, 100_000)) + "1", 7).Value);
}
