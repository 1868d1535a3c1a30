using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>What changes about a version, its tags and notes, and finding a version by a tag.</summary>
internal sealed class VersionTags(IDbContextFactory<IngestDb> databases)
{
    /// <summary>The newest version that is ready.</summary>
    public const string Latest = "latest";

    private const int MaxTags = 100;
    private const int MaxNotes = 16 * 1024;

    /// <summary>The name with the version's number, whichever way it is named.</summary>
    /// <exception cref="MeshException">NOT_FOUND</exception>
    public async Task<string> ResolveAsync(string name, CancellationToken cancel)
    {
        var ids = IngestNames.Version.Parse(name, "name");
        var (project, dataset, id) = (ids[0], ids[1], ids[2]);
        if (char.IsAsciiDigit(id[0]))
        {
            return name;
        }

        await using var db = await databases.CreateDbContextAsync(cancel);
        var version = id == Latest
            ? await db.Versions.Where(v => v.Project == project && v.DatasetId == dataset && v.State == JobState.Succeeded).MaxAsync(v => (int?)v.Version, cancel)
            : await db.Tags.Where(t => t.Project == project && t.DatasetId == dataset && t.Tag == id).Select(t => (int?)t.Version).SingleOrDefaultAsync(cancel);
        return version is { } number ? new VersionKey(project, dataset, number).Name : throw MeshError.NotFound(name);
    }

    /// <summary>Takes tags away, adds some, replaces the notes.</summary>
    public async Task<string> UpdateAsync(UpdateDatasetVersionRequest request, CancellationToken cancel)
    {
        var key = VersionKey.Parse(request.Name);
        Check(request);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The dataset's row, because a tag may come from another version.
        await db.Datasets.Of(key.Project, key.DatasetId).ExecuteUpdateAsync(set => set.SetProperty(d => d.LastVersion, d => d.LastVersion), cancel);
        await VersionStore.LockAsync(db, key, cancel);
        if (request.HasNotes)
        {
            await db.Versions.Of(key).ExecuteUpdateAsync(set => set.SetProperty(v => v.Notes, request.Notes), cancel);
        }

        var (add, remove) = (request.AddTags.ToList(), request.RemoveTags.ToList());
        await db.Tags.Of(key).Where(t => remove.Contains(t.Tag)).ExecuteDeleteAsync(cancel);
        await db.Tags.Where(t => t.Project == key.Project && t.DatasetId == key.DatasetId && add.Contains(t.Tag)).ExecuteDeleteAsync(cancel);
        db.AddRange(add.Select(tag => new VersionTagRow { Project = key.Project, DatasetId = key.DatasetId, Tag = tag, Version = key.Version }));
        await db.SaveChangesAsync(cancel);
        if (await db.Tags.Of(key).CountAsync(cancel) > MaxTags)
        {
            throw MeshError.Invalid("add_tags", $"a version has at most {MaxTags} tags.");
        }

        await transaction.CommitAsync(cancel);
        return key.Name;
    }

    private static void Check(UpdateDatasetVersionRequest request)
    {
        var violations = new Violations();
        violations.Require(request.Notes.Length <= MaxNotes, "notes", $"must have at most {MaxNotes} characters.");
        violations.Require(!request.Notes.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), "notes", "must not contain control characters.");
        violations.Require(
            request.HasNotes || request.AddTags.Count + request.RemoveTags.Count > 0, "add_tags", "there is nothing to change: give tags to add or remove, or notes.");
        violations.Require(request.AddTags.Count <= MaxTags, "add_tags", $"a version has at most {MaxTags} tags.");
        violations.Require(request.RemoveTags.Count <= MaxTags, "remove_tags", $"a version has at most {MaxTags} tags.");
        for (var i = 0; i < request.AddTags.Count && i < MaxTags; i++)
        {
            var (tag, field) = (request.AddTags[i], $"add_tags[{i}]");
            // Begins with a letter, so that no tag looks like a number.
            ResourceId.Check(violations, tag, field);
            violations.Require(tag != Latest, field, $"\"{Latest}\" always is the newest version that is ready.");
            violations.Require(request.AddTags.IndexOf(tag) == i, field, "is there twice.");
        }

        violations.ThrowIfAny();
    }
}
