using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Tests.Shared;

/// <summary>
/// Collects what a server logs, so that a test fails when the server logged an error nobody expected.
/// Register with <c>builder.Logging.AddProvider(collector)</c>.
/// </summary>
public sealed class LogCollector : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> entries = new();

    public IReadOnlyList<LogEntry> Entries => [.. entries];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, entries);

    /// <summary>Fails on any entry of level Error or Critical that contains none of the allowed texts (category, message or exception).</summary>
    public void AssertNoErrors(params string[] allowed)
    {
        var unexpected = entries
            .Where(entry => entry.Level >= LogLevel.Error)
            .Select(entry => entry.ToString())
            .Where(text => !allowed.Any(text.Contains))
            .ToList();
        Assert.True(unexpected.Count == 0, "The server logged unexpected errors:\n" + string.Join('\n', unexpected));
    }

    public void Dispose()
    {
        // Entries stay readable after the host that owned this provider is gone.
    }

    private sealed class Logger(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            entries.Enqueue(new LogEntry(logLevel, category, eventId, formatter(state, exception), exception));
    }
}
