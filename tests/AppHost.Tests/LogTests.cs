using Mesh.AppHost.Local.Logs;

namespace Mesh.AppHost.Tests;

public sealed class LogTests
{
    [Theory]
    [InlineData("warn: Mesh.Trainer[3] low on memory", true)]
    [InlineData("2026-03-01T10:00:00.000Z fail: Mesh.Trainer[3] gone", true)]
    [InlineData("2026-03-01 10:00:00 crit: Mesh.Trainer[3] gone", true)]
    [InlineData("info: Mesh.Trainer[3] not a warn: at all", false)]
    [InlineData("2026-03-01T10:00:00.000Z info: x[1] fail: is in the text", false)]
    [InlineData("plain text", false)]
    [InlineData("", false)]
    public void Knows_a_warning_by_its_level(string line, bool warning) => Assert.Equal(warning, LogLine.IsWarning(line, fromStandardError: false));

    [Fact]
    public void Standard_error_is_always_a_warning() => Assert.True(LogLine.IsWarning("at Some.Method()", fromStandardError: true));

    [Fact]
    public async Task Lines_arrive_whole_whatever_the_chunks()
    {
        var text = "one\ntwo\r\n\n" + new string('x', 20_000) + "\nlast without an end";
        var lines = new List<string>();

        await LinePump.RunAsync(new StringReader(text), lines.Add);

        Assert.Equal(["one", "two", "", new string('x', 20_000), "last without an end"], lines);
    }

    [Fact]
    public async Task A_line_without_end_comes_in_pieces()
    {
        var lines = new List<string>();

        await LinePump.RunAsync(new StringReader(new string('x', 3 * LinePump.LongestLine)), lines.Add);

        Assert.True(lines.Count >= 3);
        Assert.Equal(3 * LinePump.LongestLine, lines.Sum(line => line.Length));
    }

    [Fact]
    public void A_file_is_appended_and_rotated_at_its_limit()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.log");
        using (var log = new LogFile(path, sizeLimit: 10))
            log.Write("one");
        using (var log = new LogFile(path, sizeLimit: 10))
        {
            log.Write("two");
            log.Write("three");
            log.Write("four");
        }

        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(path + ".1"));
        Assert.Equal("four\n", File.ReadAllText(path));
    }

    [Fact]
    public void A_full_disk_drops_lines_and_says_so()
    {
        using var log = new LogFile("/dev/full");

        Assert.False(log.Write("lost"));
        Assert.False(log.Write("lost"));
    }

    [Fact]
    public void When_the_disk_has_room_again_the_file_goes_on()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTime();
        var path = folder.File("a.log");
        File.CreateSymbolicLink(path, "/dev/full");
        using var log = new LogFile(path, time: time);
        Assert.False(log.Write("lost"));

        File.Delete(path);
        Assert.False(log.Write("lost, too"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(log.Write("kept"));
        Assert.Equal("kept\n", File.ReadAllText(path));
    }
}
