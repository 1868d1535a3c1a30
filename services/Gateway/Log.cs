namespace Mesh.Gateway;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "The serving directory has {Replicas} replicas.")]
    public static partial void DirectoryChanged(this ILogger logger, int replicas);

    [LoggerMessage(2, LogLevel.Information, "The serving directory is out of reach ({Reason}); routing by what it said last.")]
    public static partial void DirectoryLost(this ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Information, "Replica {Replica} at {Address} broke a call ({Reason}); avoiding it for now.")]
    public static partial void ReplicaSuspect(this ILogger logger, string replica, string address, string reason);

    [LoggerMessage(4, LogLevel.Warning, "{Service} has no address: services__{Service}__grpc__0 is not set; its routes answer UNAVAILABLE.")]
    public static partial void ServiceWithoutAddress(this ILogger logger, string service);
}
