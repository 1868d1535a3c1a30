using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Workers;

namespace Mesh.Jobs.TestService;

/// <summary>
/// Counts to "until", one event per number, going on where an earlier attempt was. An attempt that starts from nothing
/// waits "pause_ms" before each number, and at "hold_at" until it is stopped; later ones count at full speed.
/// "mode" may be "fail", "fail-retryable", "throw", "crash" (SIGKILL at once), "crash-there" (with five done, that no later attempt
/// begins with), "crash-further" (so too, each attempt with one more, and the fifth not), "crash-first" (half-way, in the first attempt), "hang" (hears nothing) or "confirm" (asks
/// for its lease until that is refused).
/// </summary>
public static class CountingWorker
{
    public static async Task<IMessage> RunAsync(WorkerSession session, CancellationToken cancel)
    {
        var fields = session.Specification<Struct>().Fields;
        var until = (long)fields["until"].NumberValue;
        var pause = TimeSpan.FromMilliseconds(fields.TryGetValue("pause_ms", out var ms) ? ms.NumberValue : 0);
        var holdAt = fields.TryGetValue("hold_at", out var hold) ? (long)hold.NumberValue : 0;
        switch (fields.TryGetValue("mode", out var mode) ? mode.StringValue : "")
        {
            case "fail":
                throw new JobFailure("BAD_LUCK", "Nothing to be done.");
            case "fail-retryable":
                throw new JobFailure("BAD_LUCK", "Perhaps next time.", retryable: true);
            case "throw":
                throw new InvalidOperationException("/secret/path");
            case "crash":
                Console.Error.WriteLine("about to crash");
                Process.GetCurrentProcess().Kill();
                break;
            case "crash-there":
                await CrashAsync(session, 5);
                break;
            case "crash-further" when session.Attempt < 5:
                await CrashAsync(session, session.Attempt);
                break;
            case "hang":
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                break;
            case "confirm":
                while (true)
                {
                    await session.ConfirmLeaseAsync();
                }
        }

        var from = session.Resume<Int64Value>()?.Value ?? 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, session.YieldRequested);
        for (var number = from + 1; number <= until; number++)
        {
            await Task.Delay(from == 0 ? pause : TimeSpan.Zero, cancel);
            await session.ReportAsync(new Int64Value { Value = number });
            session.Progress("count", number, until);
            session.ThrowIfYieldRequested();
            if (mode?.StringValue == "crash-first" && from == 0 && number == until / 2)
            {
                Process.GetCurrentProcess().Kill();
            }

            if (from == 0 && number == holdAt)
            {
                await Task.Delay(Timeout.Infinite, stop.Token);
            }
        }

        return new Struct
        {
            Fields =
            {
                ["trace"] = Value.ForString(Activity.Current?.TraceId.ToHexString() ?? ""),
                ["cpus"] = Value.ForNumber(session.Resources.Cpus),
                ["secrets"] = Value.ForString(string.Join(' ', Secrets())),
            },
        };
    }

    private static async Task CrashAsync(WorkerSession session, int done)
    {
        session.Progress("count", done, 10);
        // When it returns, the service has heard of the progress.
        await session.ConfirmLeaseAsync();
        Process.GetCurrentProcess().Kill();
    }

    /// <summary>What a worker must not find in its environment or on its command line.</summary>
    private static IEnumerable<string> Secrets() =>
        Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(key => key.StartsWith("ConnectionStrings", StringComparison.Ordinal))
            .Concat(Environment.GetCommandLineArgs().Where(argument => argument.Length == 64));
}
