using System.Diagnostics;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mesh.Shards.Tests;

/// <summary>The test support itself.</summary>
public class SharedFixtures
{
    [Fact]
    public async Task Postgres_gives_separate_databases_and_is_gone_after_dispose()
    {
        var cancellation = TestContext.Current.CancellationToken;
        string folder;
        await using (var server = await PostgresServer.StartAsync())
        {
            var first = await server.CreateDatabaseAsync();
            var second = await server.CreateDatabaseAsync();
            Assert.NotEqual(first, second);
            folder = new NpgsqlConnectionStringBuilder(first).Host!;
            Assert.True(Directory.Exists(folder));

            await using var one = NpgsqlDataSource.Create(first);
            await using var two = NpgsqlDataSource.Create(second);
            await using (var create = one.CreateCommand("CREATE TABLE t (x int); INSERT INTO t VALUES (41), (1)"))
            {
                await create.ExecuteNonQueryAsync(cancellation);
            }
            await using (var sum = one.CreateCommand("SELECT sum(x) FROM t"))
            {
                Assert.Equal(42L, await sum.ExecuteScalarAsync(cancellation));
            }
            await using (var absent = two.CreateCommand("SELECT to_regclass('t')::text"))
            {
                Assert.Equal(DBNull.Value, await absent.ExecuteScalarAsync(cancellation));
            }
        }
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task The_shared_postgres_is_one_server() =>
        Assert.Same(await PostgresServer.SharedAsync(), await PostgresServer.SharedAsync());

    [Fact]
    public void A_log_collector_fails_on_unexpected_errors_only()
    {
        using var logs = new LogCollector();
        var logger = logs.CreateLogger("Category");
        logger.LogWarning("a warning");
        logger.LogError("disk {Name} is gone", "sda");
        logs.AssertNoErrors("sda is gone");
        Assert.ThrowsAny<Exception>(() => logs.AssertNoErrors("something else"));
        Assert.Equal(["a warning", "disk sda is gone"], logs.Entries.Select(entry => entry.Message));
    }

    [Fact]
    public async Task Eventually_waits_and_names_what_did_not_happen()
    {
        var clock = Stopwatch.StartNew();
        await Eventually.BecomesTrueAsync(() => clock.ElapsedMilliseconds > 50, TimeSpan.FromSeconds(10), "50 ms pass");
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => Eventually.BecomesTrueAsync(() => false, TimeSpan.FromMilliseconds(1), "the impossible"));
        Assert.Contains("the impossible", failure.Message);
    }

    [Fact]
    public void An_idx_file_is_read_big_endian()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("x"), [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
        var file = IdxFile.Read(folder.File("x"));
        Assert.Equal([2, 3], file.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Data);
        Assert.True(File.Exists(Path.Combine(RepoRoot.Path, "Mesh.sln")));
    }

    [Fact]
    public void The_fashion_mnist_sample_has_images_of_ten_classes()
    {
        foreach (var split in new[] { FashionMnist.Train(), FashionMnist.Test() })
        {
            Assert.Equal(split.Count * FashionMnist.ImageBytes, split.Pixels.Length);
            Assert.Equal(Enumerable.Range(0, FashionMnist.ClassNames.Length), split.Labels.Select(label => (int)label).Distinct().Order());
        }
    }
}
