using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Errors;

public sealed class ErrorTranslationTests : IDisposable
{
    private readonly LogCollector _logs = new();
    private readonly LoggerFactory _factory;
    private readonly ErrorTranslation _errors;

    public ErrorTranslationTests()
    {
        _factory = new LoggerFactory([_logs]);
        _errors = new ErrorTranslation(_factory.CreateLogger<ErrorTranslation>());
    }

    /// <summary>Kestrel ends the body of a stream that was reset before it cancels the call.</summary>
    [Fact]
    public async Task A_body_that_breaks_off_before_the_call_is_cancelled_is_no_error()
    {
        using var call = new CancellationTokenSource();
        var translating = _errors.TranslateAsync(new IOException("The client reset the request stream."), "/x/Y", call.Token);
        await call.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await translating).StatusCode);
        _logs.AssertNoErrors();
    }

    [Fact]
    public async Task A_disk_that_fails_is_one()
    {
        var answer = await _errors.TranslateAsync(new IOException("Input/output error: '/secret/path'"), "/x/Y", TestContext.Current.CancellationToken);
        Assert.Equal(StatusCode.Internal, answer.StatusCode);
        Assert.DoesNotContain("secret", answer.Status.Detail);
        Assert.Contains(_logs.Entries, entry => entry.Level == LogLevel.Error);
    }

    public void Dispose() => _factory.Dispose();
}
