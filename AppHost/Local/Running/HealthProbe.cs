using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local.Running;

/// <summary>Asks a replica for its health: a plain GET that must answer with the expected status.</summary>
internal static class HealthProbe
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan WhenHealthy = TimeSpan.FromSeconds(30);

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
    })
    { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Short steps first, so that a start is noticed at once; a slow starter is asked ever more rarely.</summary>
    public static TimeSpan Next(TimeSpan last) => TimeSpan.FromTicks(Math.Min(Longest.Ticks, last.Ticks * 5 / 4));

    /// <returns>Null if healthy, else what is wrong. A replica without a health check is healthy while it runs.</returns>
    public static async Task<string?> AskAsync(Replica replica, CancellationToken cancellationToken)
    {
        if (replica.Resource.HealthCheck is not { } check)
            return null;
        try
        {
            using var answer = await Client.GetAsync($"{replica.Url(check.EndpointName)}{check.Path}", cancellationToken);
            return (int)answer.StatusCode == check.StatusCode ? null : $"{check.Path} answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException fault)
        {
            return fault.HttpRequestError == HttpRequestError.ConnectionError ? "not listening" : fault.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{check.Path} does not answer";
        }
    }
}
