using Google.Protobuf;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Preprocessing.Workers.Stages;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Specs;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>
/// One attempt of a pipeline run, or of a part of one, in its own process. What a killed attempt leaves of files and blobs,
/// the service removes.
/// </summary>
internal static class PipelineWorker
{
    public static async Task<IMessage> RunAsync(WorkerSession session, CancellationToken cancel)
    {
        var folder = WorkFolders.Create(session.Services.GetRequiredService<ServiceIdentity>(), session);
        try
        {
            if (Names.RunPart.TryParse(session.Name, out _))
            {
                return await RunPart.RunAsync(new RunInput(session, session.GroupSpecification<PipelineRunSpec>(), folder), session.Specification<RunPartSpec>(), cancel);
            }

            using var run = new WholeRun(new RunInput(session, session.Specification<PipelineRunSpec>(), folder));
            return new PipelineRunResult { ProcessedDataset = await run.RunAsync(cancel) };
        }
        catch (Exception e) when (Explain(e) is { } failure)
        {
            throw failure;
        }
        catch (SplitValueException e)
        {
            throw new JobFailure(e.Reason, e.Message, inner: e);
        }
        finally
        {
            WorkFolders.Remove(folder);
        }
    }

    /// <summary>What the pipeline's owner can do something about, and no further attempt could mend.</summary>
    internal static JobFailure? Explain(Exception e) => e switch
    {
        TransformException refused => new JobFailure("TRANSFORM_FAILED", $"{(refused.Record is null ? "" : $"{refused.Record}: ")}{refused.Transform}: {refused.Reason}.", inner: e),
        // Only what was learned shows it: widths that add up to too much, or rows that are larger than a shard.
        PipelineSpecException => new JobFailure("PIPELINE_INVALID", $"The pipeline cannot be used with what it learned: {e.Message}.", inner: e),
        _ => null,
    };
}
