using Mesh.Jobs.Workers;
using Xunit;

namespace Mesh.Jobs.Tests;

public class WorkDoneTests
{
    /// <summary>A run that learns from 100 records, merges 3 fits and writes 120; counted by hand.</summary>
    [Fact]
    public void Stages_that_begin_anew_add_up() => Assert.Equal(
        [60, 100, 103, 143, 223, 223], Units([("fit", 60), ("fit", 100), ("merge", 3), ("write", 43), ("write", 123), ("publish", 0)]));

    /// <summary>As training counts steps over all epochs, and begins at that of its checkpoint.</summary>
    [Fact]
    public void Stages_that_go_on_count_once() => Assert.Equal([500, 510, 560], Units([("epoch 1/3", 500), ("epoch 2/3", 510), ("epoch 3/3", 560)]));

    private static List<long> Units((string Stage, long Done)[] progress)
    {
        WorkDone? latest = null;
        return [.. progress.Select(p => (latest = WorkDone.After(latest, p.Stage, p.Done, 1_000)).Units)];
    }
}
