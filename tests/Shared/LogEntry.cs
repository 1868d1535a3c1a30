using Microsoft.Extensions.Logging;

namespace Mesh.Tests.Shared;

/// <summary>One message as a logger received it, formatted.</summary>
public sealed record LogEntry(LogLevel Level, string Category, EventId Id, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category}[{Id.Id}] {Message}{(Exception is null ? "" : $"\n{Exception}")}";
}
