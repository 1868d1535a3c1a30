using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Mesh.Blobs.Remote;

/// <summary>Limits of requests to a remote store.</summary>
/// <param name="Deadline">For one attempt, the transfer of its body included.</param>
/// <param name="Attempts">At least 1.</param>
/// <param name="FirstDelay">About how long to wait before the second attempt; doubles with each, up to 10 s, with jitter.</param>
internal readonly record struct RequestLimits(TimeSpan Deadline, int Attempts, TimeSpan FirstDelay);

/// <summary>Runs requests: a deadline for each attempt, further attempts when the failure may pass, and one kind of exception for what remains.</summary>
internal sealed class RequestPolicy
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private readonly ResiliencePipeline pipeline;
    private readonly Func<Exception, RequestFault?> judge;

    /// <param name="judge">Knows the exceptions of the storage's client; null for one that is no failure of the storage.</param>
    public RequestPolicy(Func<Exception, RequestFault?> judge, RequestLimits limits, TimeProvider time, ILogger logger)
    {
        this.judge = judge;
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (limits.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = limits.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = limits.FirstDelay,
                MaxDelay = LongestDelay,
                ShouldHandle = retry => ValueTask.FromResult(
                    !retry.Context.CancellationToken.IsCancellationRequested && Judge(retry.Outcome.Exception) is { MayPass: true }),
                OnRetry = retry =>
                {
                    logger.RequestRepeated(Judge(retry.Outcome.Exception)!.Value.Message, retry.AttemptNumber + 1, retry.RetryDelay.TotalMilliseconds);
                    return ValueTask.CompletedTask;
                },
            });
        }
        pipeline = builder.AddTimeout(limits.Deadline).Build();
    }

    /// <param name="request">One attempt; may be run several times.</param>
    /// <exception cref="BlobStoreException">It failed for good, or at every attempt.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await request(token), cancellation);
        }
        catch (Exception fault) when (Judge(fault) is { } judged)
        {
            // However the client dresses a cancellation up.
            cancellation.ThrowIfCancellationRequested();
            throw judged.ToException(fault);
        }
    }

    private RequestFault? Judge(Exception? fault) => fault is null or BlobStoreException ? null : judge(fault);
}
