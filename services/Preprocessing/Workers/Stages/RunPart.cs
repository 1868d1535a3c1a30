using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>One part of a run that is cut into partitions. Its result depends on what it is told and on the records alone.</summary>
internal static class RunPart
{
    public static async Task<RunPartResult> RunAsync(RunInput input, RunPartSpec spec, CancellationToken cancel) => spec.WorkCase switch
    {
        RunPartSpec.WorkOneofCase.Survey => new RunPartResult { Partition = await SurveyPart.RunAsync(input, spec.Survey, cancel) },
        RunPartSpec.WorkOneofCase.Deal => new RunPartResult { Deal = await DealPart.RunAsync(input, spec.Deal, cancel) },
        RunPartSpec.WorkOneofCase.Fit => new RunPartResult { Partition = await FitPart.RunAsync(input, spec.Fit, cancel) },
        RunPartSpec.WorkOneofCase.Merge => new RunPartResult { Learned = await MergePart.RunAsync(input, spec.Merge, cancel) },
        RunPartSpec.WorkOneofCase.Write => new RunPartResult { Partition = await WritePart.RunAsync(input, spec.Write, cancel) },
        _ => throw new InvalidOperationException("The part has nothing to do that this worker knows."),
    };
}
