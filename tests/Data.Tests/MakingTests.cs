using System.Diagnostics;
using Mesh.Tests.Shared;

namespace Mesh.Data.Tests;

/// <summary>tests/datasets itself: a set is made once, whole or not at all, whoever asks, and whatever happens.</summary>
public sealed class MakingTests : IDisposable
{
    private const string Package = "deb_python3-sklearn";
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Iris => folder.File("iris", "iris.csv");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_set_is_made_once_and_then_left_alone()
    {
        TakePackage();
        var (code, output) = await RunAsync("iris");
        Assert.Equal((0, 1), (code, output.Split("made iris in").Length - 1));
        Assert.Equal(File.ReadAllBytes(Path.Combine(DataSets.Path("iris"), "iris.csv")), File.ReadAllBytes(Iris));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File(".making")));

        var made = File.GetLastWriteTimeUtc(Iris);
        Assert.Equal((0, ""), await RunAsync("iris"));
        Assert.Equal(made, File.GetLastWriteTimeUtc(Iris));
    }

    [Fact]
    public async Task A_set_that_other_scripts_made_is_made_anew()
    {
        TakePackage();
        await RunAsync("iris");
        File.WriteAllText(Iris, "of an older script");
        File.WriteAllText(folder.File(".stamps", "iris"), "an older stamp");
        Assert.Equal(0, (await RunAsync("iris")).Code);
        Assert.StartsWith("sepal_length,", File.ReadAllText(Iris));
    }

    [Fact]
    public async Task Several_processes_that_want_the_same_set_make_it_once()
    {
        TakePackage();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync("iris")));
        Assert.All(runs, run => Assert.Equal(0, run.Code));
        Assert.Single(runs, run => run.Output.Contains("made iris in"));
    }

    [Fact]
    public async Task A_script_that_is_killed_leaves_nothing_that_looks_like_a_set_and_the_next_one_makes_it()
    {
        TakePackage();
        // Unpacking is where it hangs.
        var reached = folder.File("reached");
        using (var script = Start(new() { ["PATH"] = PathWith("dpkg-deb", $"touch '{reached}'; exec sleep 1000") }, "iris"))
        {
            await Eventually.BecomesTrueAsync(() => File.Exists(reached), TimeSpan.FromSeconds(60), "the script unpacks");
            script.Kill(entireProcessTree: true);
            await script.WaitForExitAsync(Cancelled);
        }
        Assert.False(Directory.Exists(folder.File("iris")));
        Assert.False(File.Exists(folder.File(".stamps", "iris")));

        Assert.Equal(0, (await RunAsync("iris")).Code);
        Assert.True(File.Exists(Iris));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File(".making")));
    }

    [Fact]
    public async Task A_damaged_package_fails_and_is_fetched_anew_the_next_time()
    {
        TakePackage();
        File.WriteAllText(folder.File(".packages", Package), "not an archive");
        var (code, output) = await RunAsync("iris");
        Assert.Equal(1, code);
        Assert.Contains("the archive of deb:python3-sklearn is damaged", output);
        Assert.False(File.Exists(folder.File(".packages", Package)));
        Assert.False(Directory.Exists(folder.File("iris")));

        TakePackage();
        Assert.Equal(0, (await RunAsync("iris")).Code);
    }

    [Fact]
    public void A_set_whose_package_cannot_be_had_skips_the_test_and_is_not_tried_again_at_once()
    {
        var asked = folder.File("asked");
        var path = PathWith("apt-get", $"echo x >>'{asked}'; exit 100");
        var maker = new DataSetMaker(folder.Path, new Dictionary<string, string> { ["PATH"] = path });
        var outcome = maker.Make("iris");
        Assert.Equal(3, outcome.ExitCode);
        Assert.StartsWith("tests/datasets: iris cannot be made: apt-get could not download python3-sklearn", outcome.Output);
        Assert.False(Directory.Exists(folder.File("iris")));
        Assert.Contains("apt-get could not download python3-sklearn", SkipReason(() => outcome.FolderOrSkip()));

        var times = File.ReadAllLines(asked).Length;
        Assert.Equal(outcome.Output, maker.Make("iris").Output);
        Assert.Equal(times, File.ReadAllLines(asked).Length);
    }

    [Fact]
    public void A_script_that_fails_fails_the_test()
    {
        var outcome = new DataSetMaker(folder.Path).Make("no-such-set");
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("no data set is called no-such-set", Assert.Throws<InvalidOperationException>(() => outcome.FolderOrSkip()).Message);
    }

    [Fact]
    public async Task Each_set_that_is_made_by_default_has_a_golden()
    {
        var (code, output) = await RunAsync("--list");
        Assert.Equal(0, code);
        var names = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToList();
        Assert.Equal(names.Where(name => name != "bench-images").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(DataSets.GoldenFolder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
    }

    private static string SkipReason(Action action)
    {
        try
        {
            action();
        }
        catch (Exception skip) when (skip.GetType().Name.Contains("Skip", StringComparison.Ordinal))
        {
            return skip.Message;
        }
        throw new InvalidOperationException("The test would have gone on.");
    }

    /// <summary>The package that the real sets were made from, so that no test here waits for a network.</summary>
    private void TakePackage()
    {
        var sets = Path.GetDirectoryName(DataSets.Path("iris"))!;
        Directory.CreateDirectory(folder.File(".packages"));
        File.Copy(Path.Combine(sets, ".packages", Package), folder.File(".packages", Package), overwrite: true);
    }

    /// <summary>A PATH on which a shell script stands for a program.</summary>
    private string PathWith(string program, string script)
    {
        var programs = Directory.CreateDirectory(folder.File("programs")).FullName;
        var path = Path.Combine(programs, program);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var script = Start([], arguments);
        script.StandardInput.Close();
        var output = script.StandardOutput.ReadToEndAsync(Cancelled);
        var errors = script.StandardError.ReadToEndAsync(Cancelled);
        await script.WaitForExitAsync(Cancelled);
        return (script.ExitCode, await output + await errors);
    }

    private Process Start(Dictionary<string, string> variables, params string[] arguments) =>
        Process.Start(new DataSetMaker(folder.Path, variables).Script(arguments))!;
}
