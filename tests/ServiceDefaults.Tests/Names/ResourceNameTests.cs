using CsCheck;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Names;

public class ResourceNameTests
{
    private static readonly ResourcePattern Version = new("projects/{project}/datasets/{dataset}/versions/{version}");

    private static readonly Gen<string> Id = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"], 1, 63];

    [Fact]
    public void What_is_formatted_is_parsed() => Gen.Select(Id, Id, Id).Sample((project, dataset, version) =>
    {
        var name = Version.Format(project, dataset, version);
        Assert.Equal($"projects/{project}/datasets/{dataset}/versions/{version}", name);
        Assert.Equal([project, dataset, version], Version.Parse(name, "name"));
        Assert.Equal(project, ResourcePattern.ProjectOf(name));
    });

    [Fact]
    public void Any_text_is_a_name_of_the_pattern_or_refused_without_another_error() => Gen.String[0, 600].Sample(text =>
    {
        if (Version.TryParse(text, out var ids))
        {
            Assert.Equal(text, Version.Format(ids));
            return;
        }

        var e = Assert.Throws<MeshException>(() => Version.Parse(text, "dataset_version.name"));
        Assert.Equal(StatusCode.InvalidArgument, e.Code);
        Assert.Equal("dataset_version.name", e.Violations.Single().Field);
        Assert.DoesNotContain(e.Message, char.IsControl);
        Assert.True(e.Message.Length < 300);
    });

    [Theory]
    [InlineData("")]
    [InlineData("projects/p")]
    [InlineData("projects/p/datasets/d/versions/")]
    [InlineData("projects/p/datasets/d/versions/1/")]
    [InlineData("/projects/p/datasets/d/versions/1")]
    [InlineData("projects/../datasets/d/versions/1")]
    [InlineData("projects/P/datasets/d/versions/1")]
    [InlineData("projects/p/models/d/versions/1")]
    [InlineData("projects/p/datasets/d%2F/versions/1")]
    [InlineData("projects/p/datasets/ü/versions/1")]
    public void Other_names_are_refused(string name) => Assert.False(Version.TryParse(name, out _));

    [Theory]
    [InlineData("a", true)]
    [InlineData("my-data-2", true)]
    [InlineData("2-my-data", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("", false)]
    public void An_id_follows_the_rule(string id, bool valid)
    {
        Assert.Equal(valid, ResourceId.IsValid(id));
        var violations = new Violations();
        ResourceId.Check(violations, id, "dataset_id");
        Assert.Equal(!valid, violations.Any);
    }

    [Fact]
    public void An_id_has_at_most_63_characters()
    {
        Assert.True(ResourceId.IsValid(new string('a', 63)));
        Assert.False(ResourceId.IsValid(new string('a', 64)));
    }

    [Fact]
    public void New_ids_are_valid_and_all_different()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => ResourceId.New("run")).ToList();
        Assert.All(ids, id => Assert.True(ResourceId.IsValid(id) && id.Length == 36));
        Assert.Equal(1000, ids.Distinct().Count());
    }

    [Fact]
    public void A_version_number_is_written_in_one_way_only() => Gen.Int[1, int.MaxValue].Sample(number =>
    {
        Assert.Equal(number, ResourceId.ParseVersion($"{number}", "version"));
        foreach (var other in new[] { $"0{number}", $"+{number}", $"-{number}", $" {number}", $"{number} ", $"{number}.0" })
        {
            Assert.Throws<MeshException>(() => ResourceId.ParseVersion(other, "version"));
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("x")]
    [InlineData("2147483648")]
    public void Other_texts_are_no_version_number(string text) =>
        Assert.Equal("version", Assert.Throws<MeshException>(() => ResourceId.ParseVersion(text, "version")).Violations.Single().Field);

    [Theory]
    [InlineData("projects/p", "p")]
    [InlineData("projects/p/anything", "p")]
    [InlineData("projects/", null)]
    [InlineData("projects/P", null)]
    [InlineData("other/p", null)]
    [InlineData("", null)]
    public void The_project_of_a_name_is_found(string name, string? project) => Assert.Equal(project, ResourcePattern.ProjectOf(name));
}
