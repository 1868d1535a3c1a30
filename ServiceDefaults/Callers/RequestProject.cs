using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Mesh.ServiceDefaults.Names;

namespace Mesh.ServiceDefaults.Callers;

/// <summary>Reads the project out of any request: every one has a <c>name</c> or a <c>parent</c>.</summary>
internal static class RequestProject
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor?> Fields = new();

    public static string? Of(object request)
    {
        if (request is not IMessage message)
        {
            return null;
        }

        var field = Fields.GetOrAdd(message.Descriptor, d => d.FindFieldByName("name") ?? d.FindFieldByName("parent"));
        return field?.Accessor.GetValue(message) is string name ? ResourcePattern.ProjectOf(name) : null;
    }
}
