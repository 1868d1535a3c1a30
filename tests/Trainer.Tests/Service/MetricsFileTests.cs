using Mesh.Tests.Shared;
using Mesh.Trainer.Runs;
using Mesh.Trainer.V1;
using Xunit;

namespace Mesh.Trainer.Tests.Service;

public sealed class MetricsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("metrics.pb");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read_in_order_by_cursor()
    {
        var end = MetricsFile.Write(Path, 0, Steps(1, 2, 3));
        end = MetricsFile.Write(Path, end, Steps(4, 5));
        var (first, next) = MetricsFile.Read(Path, 0, end, most: 2);
        var (second, last) = MetricsFile.Read(Path, next, end, most: 100);
        Assert.Equal([1, 2, 3, 4, 5], first.Concat(second).Select(m => m.Step.Step));
        Assert.Equal(end, last);
        Assert.Equal(new FileInfo(Path).Length, end);
    }

    [Fact]
    public void Writing_twice_at_the_same_end_leaves_the_same_file()
    {
        var end = MetricsFile.Write(Path, 0, Steps(1, 2));
        var after = MetricsFile.Write(Path, end, Steps(3, 4));
        var once = File.ReadAllBytes(Path);
        Assert.Equal(after, MetricsFile.Write(Path, end, Steps(3, 4)));
        Assert.Equal(once, File.ReadAllBytes(Path));
    }

    [Fact]
    public void What_a_crash_left_behind_the_end_does_not_count()
    {
        var end = MetricsFile.Write(Path, 0, Steps(1));
        MetricsFile.Write(Path, end, Steps(2, 3, 4, 5, 6));
        Assert.Equal([1], MetricsFile.Read(Path, 0, end, 100).Metrics.Select(m => m.Step.Step));
        var after = MetricsFile.Write(Path, end, Steps(7));
        Assert.Equal([1, 7], MetricsFile.Read(Path, 0, after, 100).Metrics.Select(m => m.Step.Step));
        Assert.Equal(after, new FileInfo(Path).Length);
    }

    [Fact]
    public void There_is_nothing_to_read_at_the_end_and_before_the_first_write()
    {
        Assert.Empty(MetricsFile.Read(Path, 0, 0, 100).Metrics);
        var end = MetricsFile.Write(Path, 0, Steps(1));
        Assert.Empty(MetricsFile.Read(Path, end, end, 100).Metrics);
    }

    [Fact]
    public void A_cursor_in_the_middle_of_a_message_never_reads_past_the_end()
    {
        var end = MetricsFile.Write(Path, 0, Steps(1, 2, 3));
        var starts = new HashSet<long> { 0 };
        while (starts.Max() < end)
        {
            starts.Add(MetricsFile.Read(Path, starts.Max(), end, most: 1).Next);
        }

        var refused = 0;
        for (var cursor = 0L; cursor < end; cursor++)
        {
            try
            {
                Assert.True(MetricsFile.Read(Path, cursor, end, 100).Next <= end);
            }
            catch (InvalidDataException)
            {
                refused++;
                Assert.DoesNotContain(cursor, starts);
            }
        }

        Assert.True(refused > 0);
    }

    private static IEnumerable<Metrics> Steps(params long[] steps) =>
        steps.Select(step => new Metrics { Step = new StepMetrics { Step = step, Epoch = 1, Loss = 0.5 * step } });
}
