namespace Mesh.Inference;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Deployment} serves version {Version}.")]
    public static partial void ModelReady(this ILogger logger, string deployment, string version);

    [LoggerMessage(2, LogLevel.Warning, "{Deployment}: version {Version} cannot be served: {Problem}")]
    public static partial void ModelFailed(this ILogger logger, string deployment, string version, string problem, Exception e);

    [LoggerMessage(3, LogLevel.Information, "{Deployment}: version {Version} is unloaded.")]
    public static partial void ModelUnloaded(this ILogger logger, string deployment, string version);

    [LoggerMessage(4, LogLevel.Information, "Replica {ReplicaId} at {Address} is in the serving directory.")]
    public static partial void DirectoryJoined(this ILogger logger, string replicaId, string address);

    [LoggerMessage(5, LogLevel.Warning, "The serving directory is away ({Problem}); what is loaded is served, and the directory is tried again.")]
    public static partial void DirectoryLost(this ILogger logger, string problem);

    [LoggerMessage(6, LogLevel.Error, "{Path} failed; trace id {TraceId}.")]
    public static partial void RestFailed(this ILogger logger, string path, string traceId, Exception e);

    [LoggerMessage(7, LogLevel.Information, "Stopping: no new requests, {InFlight} in flight.")]
    public static partial void Draining(this ILogger logger, int inFlight);

    [LoggerMessage(8, LogLevel.Warning, "{Deployment}: version {Version} was trained with images that libvips {Fitted} read, and libvips {Serving} reads those it predicts on: pixels may differ slightly.")]
    public static partial void OtherImageLibrary(this ILogger logger, string deployment, string version, string fitted, string serving);
}
