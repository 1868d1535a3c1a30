using Mesh.Preprocessing.DryRuns;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Mesh.Preprocessing.Tests.DryRuns;

/// <summary>Temporary files of dry runs, and disks that refuse them.</summary>
public class DryRunFoldersTests
{
    private static readonly IOptions<PreprocessingOptions> Options = Microsoft.Extensions.Options.Options.Create(new PreprocessingOptions { ConcurrentDryRuns = 1, DryRunSeconds = 1 });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dry_run_that_gets_no_folder_gives_its_place_back()
    {
        using var state = new TemporaryFolder();
        // Where the folders would be, a file is.
        await File.WriteAllTextAsync(state.File("dry-runs"), "", Cancel);
        using var processes = new DryRunProcesses(
            Folders(state), Options, new ConfigurationBuilder().Build(), TimeProvider.System, NullLogger<DryRunProcesses>.Instance);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAnyAsync<IOException>(() => processes.RunAsync(new DryRunTask(), Cancel));
        }
    }

    [Fact]
    public void What_a_killed_service_left_is_removed_and_what_is_in_use_is_not()
    {
        using var state = new TemporaryFolder();
        var folders = Folders(state);
        var (old, young) = (folders.Create(), folders.Create());
        File.WriteAllText(Path.Combine(old, "assignment"), "x");
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-1));
        var made = folders.Create();
        Assert.Equal(((string[])[young, made]).Order(), Directory.GetDirectories(state.File("dry-runs")).Order());

        folders.Remove(made);
        // Twice is no harm.
        folders.Remove(made);
        Assert.Equal([young], Directory.GetDirectories(state.File("dry-runs")));
    }

    [Fact]
    public void What_cannot_be_removed_stays_for_later()
    {
        using var state = new TemporaryFolder();
        // Not a folder: no right of any user removes it as one.
        File.WriteAllText(state.File("file"), "");
        Folders(state).Remove(state.File("file"));
        Assert.True(File.Exists(state.File("file")));
    }

    private static DryRunFolders Folders(TemporaryFolder state) =>
        new(new ServiceIdentity("preprocessing", state.Path, state.File("blobs")), Options, TimeProvider.System, NullLogger<DryRunFolders>.Instance);
}
