using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Mesh.Options;

namespace Mesh.ServiceDefaults.Callers;

/// <summary>The permission of every RPC, read from the <c>(mesh.permission)</c> options of Mesh.Protos.</summary>
public sealed class PermissionTable
{
    private static readonly FrozenDictionary<string, string> Permissions = Read().ToFrozenDictionary();

    /// <summary>RPCs that carry no secret and must answer before anyone is known.</summary>
    private static readonly FrozenSet<string> Open = new[]
    {
        "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    }.ToFrozenSet();

    /// <summary>Every service descriptor in Mesh.Protos.</summary>
    public static IEnumerable<ServiceDescriptor> Services() => ProtoFiles.All.SelectMany(file => file.Services);

    /// <param name="method">"/mesh.ingest.v1.DatasetService/CreateDataset"</param>
    /// <returns>The permission; empty for an open RPC; null for one that nobody may call.</returns>
    public string? Find(string method) => Open.Contains(method) ? "" : Permissions.GetValueOrDefault(method);

    private static IEnumerable<KeyValuePair<string, string>> Read() =>
        from service in Services()
        from method in service.Methods
        let permission = method.GetOptions()?.GetExtension(OptionsExtensions.Permission)
        where !string.IsNullOrEmpty(permission)
        select KeyValuePair.Create($"/{service.FullName}/{method.Name}", permission);
}
