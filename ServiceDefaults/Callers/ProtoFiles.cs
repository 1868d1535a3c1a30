using Google.Protobuf.Reflection;

namespace Mesh.ServiceDefaults.Callers;

/// <summary>The file descriptors of Mesh.Protos, found in its assembly so that a new proto needs no list.</summary>
public static class ProtoFiles
{
    public static IReadOnlyList<FileDescriptor> All { get; } =
    [
        .. typeof(Mesh.Jobs.V1.JobStatus).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal))
            .Select(type => type.GetProperty("Descriptor")?.GetValue(null))
            .OfType<FileDescriptor>(),
    ];
}
