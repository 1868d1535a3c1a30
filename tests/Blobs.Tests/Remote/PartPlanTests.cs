using CsCheck;
using Mesh.Blobs.Remote;
using Mesh.Tests.Shared;

namespace Mesh.Blobs.Tests.Remote;

public class PartPlanTests
{
    [Theory]
    [InlineData(1L << 30, 8 << 20, 8 << 20, 128)]
    [InlineData((1L << 30) + 1, 8 << 20, 8 << 20, 129)]
    // 256 GiB in at most 10,000 parts: 26.2 MiB each, so 27.
    [InlineData(256L << 30, 8 << 20, 27 << 20, 9710)]
    public void Large_contents_have_large_parts(long size, int wanted, int partBytes, int count)
    {
        var plan = PartPlan.For(size, wanted);
        Assert.Equal((partBytes, count), (plan.PartBytes, plan.Count));
    }

    [Fact]
    public void There_are_never_more_than_10000_parts_nor_smaller_ones_than_wanted() => Gen.Select(Gen.Long[1, 5L << 40], Gen.Int[5 << 20, 512 << 20]).Sample(
        (size, wanted) =>
        {
            var plan = PartPlan.For(size, wanted);
            Assert.InRange(plan.Count, 1, 10_000);
            Assert.True(plan.PartBytes >= wanted);
            Assert.InRange(size, (plan.Count - 1L) * plan.PartBytes + 1, (long)plan.Count * plan.PartBytes);
        });

    [Fact]
    public async Task Every_byte_is_sent_once_at_its_place_and_a_failure_stops_the_rest()
    {
        using var folder = new TemporaryFolder();
        var content = Bytes.Random(2_500_000);
        await File.WriteAllBytesAsync(folder.File("content"), content, TestContext.Current.CancellationToken);
        using var file = File.OpenHandle(folder.File("content"), options: FileOptions.Asynchronous);
        var plan = new PartPlan(content.Length, 100_000);
        var received = new byte[content.Length];
        await plan.SendAsync(
            file,
            (number, part, _) =>
            {
                part.CopyTo(received.AsMemory(number * 100_000));
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(content, received);

        var sent = 0;
        await Assert.ThrowsAsync<IOException>(() => plan.SendAsync(
            file,
            async (number, _, stopped) =>
            {
                Interlocked.Increment(ref sent);
                if (number == 4)
                {
                    throw new IOException("broke");
                }
                // Those beside it and behind it end only because it failed.
                await (number < 4 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, stopped));
            },
            TestContext.Current.CancellationToken));
        Assert.InRange(sent, 5, 4 + PartPlan.ParallelParts);
    }
}
