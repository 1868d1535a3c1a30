using Mesh.Tests.Shared;

namespace Mesh.Transforms.Tests;

/// <summary>docs/pipelines.md has a line for each transform; MESH_UPDATE_GOLDEN=1 writes them anew.</summary>
public class CatalogueTableTests
{
    private const string Begin = "|---|---|---|\n";
    private const string End = "<!-- end of the table -->";
    private const string Title = "| transform | reads | what it does |\n";

    [Fact]
    public async Task The_manual_has_every_transform_in_its_own_words()
    {
        var cancel = TestContext.Current.CancellationToken;
        var path = Path.Combine(RepoRoot.Path, "docs", "pipelines.md");
        var text = await File.ReadAllTextAsync(path, cancel);
        var start = text.IndexOf(Title + Begin, StringComparison.Ordinal) + (Title + Begin).Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        var table = string.Concat(TransformCatalog.Standard.All.Select(transform =>
            $"| `{transform.Type}` | {(transform.DefaultInputs.Count > 0 ? string.Join(", ", transform.DefaultInputs) : "what you name")} | {transform.Summary} |\n"));
        if (Environment.GetEnvironmentVariable("MESH_UPDATE_GOLDEN") == "1")
        {
            text = $"{text[..start]}{table}{text[end..]}";
            await File.WriteAllTextAsync(path, text, cancel);
            end = text.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.Equal(table, text[start..end]);
    }
}
