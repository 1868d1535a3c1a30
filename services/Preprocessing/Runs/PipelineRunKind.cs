using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Runs;

/// <summary>A run in one process.</summary>
public sealed class PipelineRunKind(RunCompletion completion) : JobKind<PreprocessingDb>
{
    public const string KindName = "pipeline-run";

    public override string Name => KindName;

    public override Task OnEventsAsync(PreprocessingDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel) =>
        RunCompletion.ClaimAsync(db, job, events, cancel);

    public override Task OnCompletedAsync(PreprocessingDb db, JobRow job, Any result, CancellationToken cancel) =>
        completion.SucceedAsync(db, job, result.Unpack<PipelineRunResult>().ProcessedDataset, [], cancel);

    public override Task OnEndedAsync(PreprocessingDb db, JobRow job, CancellationToken cancel) => RunCompletion.ReleaseAsync(db, job, cancel);
}
