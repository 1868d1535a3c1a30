using System.Diagnostics;
using Xunit;

namespace Mesh.Tests.Shared;

/// <summary>Waits on a condition with a deadline, in place of sleeping. Ends early when the test is cancelled.</summary>
public static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Polls until the condition holds; fails the test, naming <paramref name="what"/>, when the time is over.</summary>
    public static Task BecomesTrueAsync(Func<bool> condition, TimeSpan timeout, string what) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), timeout, what);

    /// <inheritdoc cref="BecomesTrueAsync(Func{bool}, TimeSpan, string)"/>
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, TimeSpan timeout, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > timeout)
            {
                Assert.Fail($"Did not happen within {timeout.TotalSeconds:0.#} s: {what}.");
            }
            await Task.Delay(PollInterval, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Polls until the probe gives something other than null, and returns it.</summary>
    public static async Task<T> GivesAsync<T>(Func<Task<T?>> probe, TimeSpan timeout, string what)
        where T : class
    {
        T? found = null;
        await BecomesTrueAsync(async () => (found = await probe()) is not null, timeout, what);
        return found!;
    }
}
