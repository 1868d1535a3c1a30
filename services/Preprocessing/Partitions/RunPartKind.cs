using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;

namespace Mesh.Preprocessing.Partitions;

/// <summary>A part of a run: a partition in a stage, or a step between stages. What comes of it is its group's affair.</summary>
public sealed class RunPartKind : JobKind<PreprocessingDb>
{
    public const string KindName = "pipeline-run-part";

    public override string Name => KindName;

    public override Task OnEventsAsync(PreprocessingDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel) =>
        RunCompletion.ClaimAsync(db, job, events, cancel);
}
