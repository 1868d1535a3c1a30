using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Ingest.Versions;

/// <summary>A version on the wire.</summary>
internal static class VersionMapping
{
    public static VersionKey Key(this VersionRow row) => new(row.Project, row.DatasetId, row.Version);

    public static DatasetVersion ToVersion(this VersionRow row, IEnumerable<VersionFileRow> files, IEnumerable<VersionTagRow>? tags = null)
    {
        var version = DatasetVersion.Parser.ParseFrom(row.Facts);
        version.Name = row.Key().Name;
        version.Digest = row.Digest;
        version.Creator = row.Creator;
        version.Notes = row.Notes;
        version.LastReadTime = row.LastReadTicks.ToTimestamp();
        version.ColdTime = row.ColdTicks.ToTimestamp();
        version.Tags.Add((tags ?? []).Select(t => t.Tag).Order(StringComparer.Ordinal));
        var counts = version.Files.ToDictionary(f => f.Path);
        version.Files.Clear();
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var counted = counts.GetValueOrDefault(file.Path) ?? new DatasetFile { Path = file.Path };
            (counted.Sha256, counted.SizeBytes) = (file.Sha256, file.SizeBytes);
            version.Files.Add(counted);
        }

        version.Status = new JobStatus
        {
            State = row.State,
            Attempt = row.Attempt,
            Progress = new Progress { Stage = row.Stage, Done = row.Done, Total = row.Total },
            Error = row.ErrorReason.Length == 0 ? null : new JobError { Reason = row.ErrorReason, Message = row.ErrorMessage },
            CreateTime = row.CreatedTicks.ToTimestamp(),
            StartTime = row.StartTicks.ToTimestamp(),
            EndTime = row.EndTicks.ToTimestamp(),
        };
        return version;
    }
}
