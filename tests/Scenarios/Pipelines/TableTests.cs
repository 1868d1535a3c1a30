using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Pipelines;

/// <summary>Real tables, from raw files to shards.</summary>
[Collection("pipelines")]
public sealed class TableTests(PipelineMesh mesh)
{
    [Fact]
    public async Task Customers_who_leave()
    {
        var folder = DataSets.Path("churn");
        await mesh.CommandAsync("dataset", "upload", "churn", Path.Combine(folder, "churn.csv"), "--label-column", "churn");
        using var shards = await mesh.ProcessAsync("tabular-churn", "churn");
        new ShardGolden(DataSets.Golden("churn").GetProperty("shards")).Verify(shards);
    }

    [Fact]
    public async Task Prices_of_houses()
    {
        var folder = DataSets.Path("ames");
        await mesh.CommandAsync("dataset", "upload", "ames", Path.Combine(folder, "ames.csv"));
        using var shards = await mesh.ProcessAsync("regression-ames", "ames");
        new ShardGolden(DataSets.Golden("ames").GetProperty("shards")).Verify(shards);
    }

    /// <summary>100,004 records are processed in partitions.</summary>
    [Fact]
    public async Task Ratings_of_films()
    {
        var folder = DataSets.Path("movielens");
        await mesh.UploadAsync("movielens", Path.Combine(folder, "ratings.csv"));
        using var shards = await mesh.ProcessAsync("recommender-movielens", "movielens", "--partition-records", "40000");
        new ShardGolden(DataSets.Golden("movielens").GetProperty("shards")).Verify(shards);
    }

    [Fact]
    public async Task Weather_of_four_years()
    {
        var folder = DataSets.Path("seattle-weather");
        await mesh.UploadAsync("seattle-weather", Path.Combine(folder, "seattle-weather.csv"));
        using var shards = await mesh.ProcessAsync("forecast-seattle-weather", "seattle-weather");
        new ShardGolden(DataSets.Golden("seattle-weather").GetProperty("shards")).Verify(shards);
    }
}
