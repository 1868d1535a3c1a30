using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Storage;

/// <summary>A create that is sent often happens once; on both databases.</summary>
public class RequestOnceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ThingStore.Sqlite)]
    [InlineData(ThingStore.Postgres)]
    public async Task Calls_at_the_same_time_create_one_resource(string kind)
    {
        using var store = await ThingStore.CreateAsync(kind);
        for (var round = 0; round < 5; round++)
        {
            var request = Request($"request-{round}");
            var names = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => CreateAsync(store, "p", request), Cancel)));
            Assert.Single(names.Distinct());
            await using var db = store.Open();
            Assert.Equal(round + 1, await db.Things.CountAsync(Cancel));
        }
    }

    [Theory]
    [InlineData(ThingStore.Sqlite)]
    [InlineData(ThingStore.Postgres)]
    public async Task An_id_used_for_another_request_is_refused_naming_the_first(string kind)
    {
        using var store = await ThingStore.CreateAsync(kind);
        var first = await CreateAsync(store, "p", Request("r", "one"));
        var e = await Assert.ThrowsAsync<MeshException>(() => CreateAsync(store, "p", Request("r", "two")));
        Assert.Equal((StatusCode.InvalidArgument, "request_id"), (e.Code, e.Violations.Single().Field));
        Assert.Contains(first, e.Message);
        // The same bytes on the wire, of another RPC.
        await CreateAsync(store, "p", "s", new GetProjectRequest { Name = "one" });
        e = await Assert.ThrowsAsync<MeshException>(() => CreateAsync(store, "p", "s", new DeleteProjectRequest { Name = "one" }));
        Assert.Equal(StatusCode.InvalidArgument, e.Code);
        Assert.Equal(first, await CreateAsync(store, "p", Request("r", "one")));
    }

    [Theory]
    [InlineData(ThingStore.Sqlite)]
    [InlineData(ThingStore.Postgres)]
    public async Task Projects_do_not_share_ids_and_without_one_every_call_is_new(string kind)
    {
        using var store = await ThingStore.CreateAsync(kind);
        Assert.NotEqual(await CreateAsync(store, "p", Request("r")), await CreateAsync(store, "q", Request("r")));
        Assert.NotEqual(await CreateAsync(store, "p", Request("")), await CreateAsync(store, "p", Request("")));
        await using var db = store.Open();
        Assert.Equal(2, await db.Requests.CountAsync(Cancel));
    }

    [Theory]
    [InlineData(ThingStore.Sqlite)]
    [InlineData(ThingStore.Postgres)]
    public async Task A_create_that_fails_leaves_no_record(string kind)
    {
        using var store = await ThingStore.CreateAsync(kind);
        await using (var db = store.Open())
        {
            db.Things.Add(new Thing { Id = "taken" });
            await db.SaveChangesAsync(Cancel);
        }

        await using (var db = store.Open())
        {
            var once = new RequestOnce(db, "p", "r", Request("r"));
            Assert.Null(await once.FindAsync(Cancel));
            db.Things.Add(new Thing { Id = "taken" });
            once.Record("things/taken", DateTimeOffset.UtcNow);
            var e = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(Cancel));
            Assert.True(e.IsUniqueViolation());
            Assert.Null(await once.FindAsync(Cancel));
        }
    }

    [Fact]
    public async Task A_malformed_id_is_refused()
    {
        using var store = await ThingStore.CreateAsync(ThingStore.Sqlite);
        foreach (var id in new[] { new string('x', 129), "a\nb", "\0" })
        {
            Assert.Equal("request_id", (await Assert.ThrowsAsync<MeshException>(() => CreateAsync(store, "p", Request(id)))).Violations.Single().Field);
        }

        await CreateAsync(store, "p", Request(new string('x', 128)));
    }

    [Fact]
    public async Task A_map_in_another_order_is_the_same_request()
    {
        using var store = await ThingStore.CreateAsync(ThingStore.Sqlite);
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"key-{i}")];
        var first = await CreateAsync(store, "p", "r", Parameters(keys));
        Assert.Equal(first, await CreateAsync(store, "p", "r", Parameters(keys.Reverse())));

        static Struct Parameters(IEnumerable<string> keys)
        {
            var parameters = new Struct();
            foreach (var key in keys)
            {
                parameters.Fields[key] = Value.ForString(key);
            }

            return parameters;
        }
    }

    private static CreateProjectRequest Request(string id, string content = "") => new() { RequestId = id, ProjectId = content };

    private static Task<string> CreateAsync(ThingStore store, string project, CreateProjectRequest request) => CreateAsync(store, project, request.RequestId, request);

    /// <summary>As a handler does it.</summary>
    private static async Task<string> CreateAsync(ThingStore store, string project, string requestId, IMessage request)
    {
        await using var db = store.Open();
        var once = new RequestOnce(db, project, requestId, request);
        if (await once.FindAsync(Cancel) is { } first)
        {
            return first;
        }

        var thing = new Thing { Id = Guid.NewGuid().ToString("n") };
        db.Things.Add(thing);
        once.Record($"things/{thing.Id}", DateTimeOffset.UtcNow);
        try
        {
            await db.SaveChangesAsync(Cancel);
            return $"things/{thing.Id}";
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(Cancel) ?? throw new InvalidOperationException("The other call left no record.", e);
        }
    }
}
