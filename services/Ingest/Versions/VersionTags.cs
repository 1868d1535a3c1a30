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
    private static readonly string[] Fields = ["tags", "notes"];

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

    /// <summary>Replaces the tags, the notes or both.</summary>
    public async Task<string> UpdateAsync(UpdateDatasetVersionRequest request, CancellationToken cancel)
    {
        var asked = request.DatasetVersion ?? throw MeshError.Invalid("dataset_version", "is missing.");
        var key = VersionKey.Parse(asked.Name, "dataset_version.name");
        var fields = FieldsOf(request);
        Check(asked, fields);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The dataset's row, because a tag may come from another version.
        await db.Datasets.Of(key.Project, key.DatasetId).ExecuteUpdateAsync(set => set.SetProperty(d => d.LastVersion, d => d.LastVersion), cancel);
        await VersionStore.LockAsync(db, key, cancel);
        if (fields.Contains("notes"))
        {
            await db.Versions.Of(key).ExecuteUpdateAsync(set => set.SetProperty(v => v.Notes, asked.Notes), cancel);
        }

        if (fields.Contains("tags"))
        {
            var tags = asked.Tags.ToList();
            await db.Tags
                .Where(t => t.Project == key.Project && t.DatasetId == key.DatasetId && (t.Version == key.Version || tags.Contains(t.Tag)))
                .ExecuteDeleteAsync(cancel);
            db.AddRange(tags.Select(tag => new VersionTagRow { Project = key.Project, DatasetId = key.DatasetId, Tag = tag, Version = key.Version }));
            await db.SaveChangesAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
        return asked.Name;
    }

    private static HashSet<string> FieldsOf(UpdateDatasetVersionRequest request)
    {
        var fields = request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths.ToHashSet()
            : Fields.Where(f => f == "tags" ? request.DatasetVersion.Tags.Count > 0 : request.DatasetVersion.Notes.Length > 0).ToHashSet();
        return fields.Count > 0 && fields.All(Fields.Contains)
            ? fields
            : throw MeshError.Invalid("update_mask", $"must name what changes: {string.Join(" or ", Fields)}.");
    }

    private static void Check(DatasetVersion asked, HashSet<string> fields)
    {
        var violations = new Violations();
        violations.Require(!fields.Contains("notes") || asked.Notes.Length <= MaxNotes, "dataset_version.notes", $"must have at most {MaxNotes} characters.");
        violations.Require(!asked.Notes.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), "dataset_version.notes", "must not contain control characters.");
        violations.Require(asked.Tags.Count <= MaxTags, "dataset_version.tags", $"a version has at most {MaxTags} tags.");
        for (var i = 0; i < asked.Tags.Count && i < MaxTags; i++)
        {
            var (tag, field) = (asked.Tags[i], $"dataset_version.tags[{i}]");
            // Begins with a letter, so that no tag looks like a number.
            ResourceId.Check(violations, tag, field);
            violations.Require(tag != Latest, field, $"\"{Latest}\" always is the newest version that is ready.");
            violations.Require(asked.Tags.IndexOf(tag) == i, field, "is there twice.");
        }

        violations.ThrowIfAny();
    }
}
