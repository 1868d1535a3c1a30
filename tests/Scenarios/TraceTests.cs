using Mesh.Scenarios.Harness;
using Mesh.Scenarios.Otlp;
using Mesh.Tests.Shared;

namespace Mesh.Scenarios;

/// <summary>One call is one trace through every process it passes.</summary>
[Collection("mesh")]
public sealed class TraceTests
{
    [Fact]
    public async Task A_prediction_and_a_training_run_are_each_one_trace()
    {
        using var folder = new TemporaryFolder();
        await using var sink = await SpanSink.StartAsync();
        await using var mesh = await RunningMesh.StartAsync(
            folder.File("state"), ("OTEL_EXPORTER_OTLP_ENDPOINT", sink.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_BSP_SCHEDULE_DELAY", "500"));
        using var demo = MeshCommand.Start(mesh, "demo", "--epochs", "1");
        Assert.True(await demo.ExitAsync(TimeSpan.FromMinutes(6)) == 0, demo.Output);

        await Eventually.BecomesTrueAsync(() => Prediction(sink) is not null, TimeSpan.FromSeconds(20), "a trace from the gateway to the ONNX session");
        await Eventually.BecomesTrueAsync(() => Training(sink) is not null, TimeSpan.FromSeconds(20), "a trace from the call to the training worker");
    }

    /// <summary>gateway → inference → the session's run, parent by parent.</summary>
    private static SeenSpan? Prediction(SpanSink sink)
    {
        var spans = sink.Spans;
        return spans.Where(s => s is { Service: "inference", Scope: "Mesh.Inference" })
            .FirstOrDefault(s => Ancestors(spans, s).Select(a => a.Service).Distinct().Order(StringComparer.Ordinal).SequenceEqual(["gateway", "inference"]));
    }

    /// <summary>gateway → trainer → the worker's own spans.</summary>
    private static SeenSpan? Training(SpanSink sink)
    {
        var spans = sink.Spans;
        return spans.Where(s => s.Scope == "Mesh.Trainer")
            .FirstOrDefault(s => Ancestors(spans, s).Any(a => a.Scope == "Mesh.Jobs") && Ancestors(spans, s).Any(a => a.Service == "gateway"));
    }

    private static IEnumerable<SeenSpan> Ancestors(IReadOnlyList<SeenSpan> spans, SeenSpan span)
    {
        var byId = spans.Where(s => s.TraceId == span.TraceId).DistinctBy(s => s.SpanId).ToDictionary(s => s.SpanId);
        for (var parent = byId.GetValueOrDefault(span.ParentId); parent is not null; parent = byId.GetValueOrDefault(parent.ParentId))
        {
            yield return parent;
        }
    }
}
