using System.Diagnostics;
using System.Xml.Linq;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Protos.Tests;

/// <summary>buf's STANDARD rules over the protos, with the Google protos in the same workspace.</summary>
public sealed class BufLintTests
{
    [Fact]
    public async Task The_protos_pass_buf_lint()
    {
        var buf = Path.Combine(RepoRoot.Path, "tests", ".tools", "node_modules", ".bin", "buf");
        if (!File.Exists(buf))
        {
            Assert.Skip("npm's @bufbuild/buf is not installed; tests/run installs it.");
        }

        using var folder = new TemporaryFolder();
        Copy(Path.Combine(RepoRoot.Path, "protos"), folder.Path, "*.proto");
        File.Copy(Path.Combine(RepoRoot.Path, "protos", "buf.yaml"), folder.File("buf.yaml"));
        Copy(GoogleProtos(), folder.Path, "*.proto");

        using var lint = Process.Start(new ProcessStartInfo(buf, ["lint", folder.Path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var findings = await lint.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await lint.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await lint.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(lint.ExitCode == 0, findings + errors);
    }

    /// <summary>google/api/*.proto as the package ships them.</summary>
    private static string GoogleProtos()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = XDocument.Load(Path.Combine(RepoRoot.Path, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(package => (string?)package.Attribute("Include") == "Google.Api.CommonProtos").Attribute("Version")!.Value;
        return Path.Combine(packages, "google.api.commonprotos", version, "content", "protos");
    }

    private static void Copy(string from, string to, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
