using CsCheck;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Storage;

public class PagingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Pages_together_are_the_list() => Gen.Select(Gen.String[1, 20].HashSet[0, 60], Gen.Int[0, 25]).Sample((keys, size) =>
    {
        // Lone surrogates cannot be stored in either database.
        var sorted = keys.Where(k => !k.Any(char.IsSurrogate)).Order(StringComparer.Ordinal).ToList();
        var found = new List<string>();
        var token = "";
        do
        {
            var paging = Paging.Parse(size, token);
            var rows = sorted.Where(k => string.CompareOrdinal(k, paging.After) > 0).Take(paging.Size + 1).ToList();
            (var page, token) = paging.Next(rows, k => k);
            Assert.True(page.Count <= paging.Size);
            Assert.True(page.Count == paging.Size || token.Length == 0);
            found.AddRange(page);
        }
        while (token.Length > 0);
        Assert.Equal(sorted, found);
    });

    [Theory]
    [InlineData(ThingStore.Sqlite)]
    [InlineData(ThingStore.Postgres)]
    public async Task Pages_of_a_table_are_the_table_although_rows_come_and_go(string kind)
    {
        using var store = await ThingStore.CreateAsync(kind);
        await using var db = store.Open();
        db.Things.AddRange(Enumerable.Range(0, 100).Select(i => new Thing { Id = $"thing-{i:000}" }));
        await db.SaveChangesAsync(Cancel);
        var found = new List<string>();
        var token = "";
        do
        {
            var paging = Paging.Parse(7, token);
            var rows = await db.Things.AsNoTracking().Where(t => string.Compare(t.Id, paging.After) > 0).OrderBy(t => t.Id).Take(paging.Size + 1).ToListAsync(Cancel);
            (var page, token) = paging.Next(rows, t => t.Id);
            found.AddRange(page.Select(t => t.Id));
            // Behind the cursor: neither shifts what follows.
            await db.Things.Where(t => t.Id == found[0]).ExecuteDeleteAsync(Cancel);
        }
        while (token.Length > 0);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"thing-{i:000}"), found);
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 1)]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1000)]
    [InlineData(int.MaxValue, 1000)]
    public void The_size_is_bounded(int asked, int size) => Assert.Equal(size, Paging.Parse(asked, "").Size);

    [Fact]
    public void A_negative_size_is_refused() => Assert.Equal("page_size", Assert.Throws<MeshException>(() => Paging.Parse(-1, "")).Violations.Single().Field);

    [Fact]
    public void Any_token_is_read_or_refused() => Gen.String[0, 50].Sample(token =>
    {
        try
        {
            Paging.Parse(1, token);
        }
        catch (MeshException e)
        {
            Assert.Equal((StatusCode.InvalidArgument, "page_token"), (e.Code, e.Violations.Single().Field));
        }
    });

    [Theory]
    [InlineData("!")]
    [InlineData("a")]
    [InlineData("_w")]
    [InlineData("AA")]
    public void A_token_that_is_not_ours_is_refused(string token) =>
        Assert.Equal("page_token", Assert.Throws<MeshException>(() => Paging.Parse(1, token)).Violations.Single().Field);
}
