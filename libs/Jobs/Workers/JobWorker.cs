using System.Diagnostics;
using Google.Protobuf;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Mesh.Jobs.Workers;

/// <summary>The main function of a worker process.</summary>
public static class JobWorker
{
    /// <summary>First argument with which a service's program is started as a worker.</summary>
    public const string Verb = "worker";

    private const int NotStartedByService = 64;

    /// <summary>
    /// Runs one attempt: connects to the service, keeps the lease, runs <paramref name="body"/> and reports how it ended.
    /// The body's token is cancelled when the job is cancelled, the lease is lost or the service is gone; it returns the
    /// result, or throws <see cref="JobFailure"/>.
    /// </summary>
    /// <param name="service">The service's name, for folders and telemetry.</param>
    /// <param name="configure">Registers what the body resolves from <see cref="WorkerSession.Services"/>; hosted services are not started.</param>
    /// <returns>The process's exit code: 0 when the service knows how the attempt ended.</returns>
    public static async Task<int> RunAsync(
        string service, Action<HostApplicationBuilder> configure, Func<WorkerSession, CancellationToken, Task<IMessage>> body)
    {
        if (WorkerIdentity.Read() is not { } identity)
        {
            await Console.Error.WriteLineAsync("A worker is started by its service, which gives it a job; it cannot be started by hand.");
            return NotStartedByService;
        }

        using var stops = new WorkerStops();
        var builder = Host.CreateApplicationBuilder();
        builder.AddMeshWorkerDefaults(service);
        configure(builder);
        // Disposed at the end of the method, which sends the telemetry that is left.
        using var host = builder.Build();
        _ = host.Services.GetService<TracerProvider>();
        _ = host.Services.GetService<MeterProvider>();

        using var activity = Trace(identity);
        using var link = new WorkerLink(identity, stops);
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(JobWorker));
        return await new AttemptRun(identity, link, stops, host.Services, logger).RunAsync(body);
    }

    /// <summary>The span of the attempt, in the trace of the call that created the job. Calls of the body join it even when nothing is exported.</summary>
    private static Activity? Trace(WorkerIdentity identity)
    {
        if (!ActivityContext.TryParse(identity.Trace, null, isRemote: true, out var parent))
        {
            return Telemetry.Activities.StartActivity("job attempt");
        }

        var activity = Telemetry.Activities.StartActivity("job attempt", ActivityKind.Internal, parent)
            ?? new Activity("job attempt").SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start();
        activity.SetTag("mesh.job.name", identity.Name);
        activity.SetTag("mesh.job.attempt", identity.Attempt);
        return activity;
    }
}
