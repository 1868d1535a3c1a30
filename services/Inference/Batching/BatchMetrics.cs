using System.Diagnostics;

namespace Mesh.Inference.Batching;

/// <summary>What a batcher tells telemetry; the tag is made once, so that recording allocates nothing.</summary>
internal sealed class BatchMetrics(string deployment)
{
    private readonly KeyValuePair<string, object?> tag = new("mesh.deployment", deployment);

    /// <summary>The span of a run: a child of the oldest request's span, linked to those of the others.</summary>
    public static Activity? StartRun(ReadOnlySpan<BatchRequest> batch)
    {
        if (!Telemetry.Activities.HasListeners())
        {
            return null;
        }

        var links = new List<ActivityLink>();
        foreach (var request in batch[1..])
        {
            if (request.Parent != default)
            {
                links.Add(new ActivityLink(request.Parent));
            }
        }

        var span = Telemetry.Activities.StartActivity("run model", ActivityKind.Internal, batch[0].Parent, links: links);
        return span?.SetTag("mesh.batch.rows", Rows(batch));
    }

    public void Queued(TimeSpan waited) => Telemetry.QueueSeconds.Record(waited.TotalSeconds, tag);

    public void Ran(ReadOnlySpan<BatchRequest> batch, TimeSpan elapsed)
    {
        Telemetry.RunSeconds.Record(elapsed.TotalSeconds, tag);
        Telemetry.BatchRows.Record(Rows(batch), tag);
    }

    private static int Rows(ReadOnlySpan<BatchRequest> batch)
    {
        var rows = 0;
        foreach (var request in batch)
        {
            rows += request.Rows;
        }

        return rows;
    }
}
