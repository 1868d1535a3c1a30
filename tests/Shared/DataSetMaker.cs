using System.Diagnostics;
using Xunit;

namespace Mesh.Tests.Shared;

/// <summary>Runs tests/datasets, which makes each set once however many processes ask for it at the same time.</summary>
/// <param name="folder">Where the sets are; a folder each.</param>
/// <param name="variables">More environment variables for the script.</param>
public sealed class DataSetMaker(string folder, IReadOnlyDictionary<string, string>? variables = null)
{
    // The largest set takes about a minute on two idle cores, and somebody else may be making it.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>Makes the set unless it is there, which costs about 20 ms then.</summary>
    public Outcome Make(string name)
    {
        using var script = Process.Start(Script("--quick", name))!;
        script.StandardInput.Close();
        var output = script.StandardOutput.ReadToEndAsync();
        var errors = script.StandardError.ReadToEndAsync();
        if (!Task.WaitAll([output, errors], TimeLimit))
        {
            script.Kill(entireProcessTree: true);
            throw new TimeoutException($"The data set {name} was not made within {TimeLimit.TotalMinutes:0} minutes.");
        }
        script.WaitForExit();
        return new Outcome(script.ExitCode, Path.Combine(folder, name), (output.Result + errors.Result).Trim());
    }

    /// <summary>The script with these arguments, its three streams redirected.</summary>
    public ProcessStartInfo Script(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(RepoRoot.Path, "tests", "datasets"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MESH_TEST_DATA"] = folder },
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return start;
    }

    /// <summary>How the script ended, and what it said.</summary>
    public sealed record Outcome(int ExitCode, string Folder, string Output)
    {
        private const int PackageUnavailable = 3;

        public string FolderOrSkip()
        {
            Assert.SkipWhen(ExitCode == PackageUnavailable, Output);
            return ExitCode == 0 ? Folder : throw new InvalidOperationException($"tests/datasets ended with code {ExitCode}: {Output}");
        }
    }
}
