using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mesh.Inference.Batching;

namespace Mesh.Inference.Tests.Batching;

public class BatchTelemetryTests
{
    [Fact]
    public async Task A_run_is_a_span_of_its_request_and_is_measured()
    {
        const string deployment = "projects/p/deployments/measured";
        var spans = new ConcurrentQueue<Activity>();
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Mesh.Inference",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(traces);
        var measured = new ConcurrentQueue<(string Name, double Value)>();
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Mesh.Inference")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        metrics.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        metrics.Start();

        using var request = new Activity("request").Start();
        using var batcher = new Batcher(deployment, [new SquareEngine()], new BatchLimits(8, 8, TimeSpan.Zero), TimeProvider.System);
        using var squares = new SquareRequest(1, 2, 3);
        await batcher.SubmitAsync(squares.Batch, TestContext.Current.CancellationToken);

        var run = Assert.Single(spans, span => span.TraceId == request.TraceId);
        Assert.Equal(("run model", request.SpanId, (object)3), (run.OperationName, run.ParentSpanId, run.GetTagItem("mesh.batch.rows")));
        Assert.Equal(3, measured.Single(m => m.Name == "mesh.inference.batch.rows").Value);
        Assert.InRange(measured.Single(m => m.Name == "mesh.inference.run.duration").Value, 0, 10);
        Assert.InRange(measured.Single(m => m.Name == "mesh.inference.queue.duration").Value, 0, 10);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "mesh.deployment", Value: deployment })
                {
                    measured.Enqueue((instrument.Name, value));
                }
            }
        }
    }
}
