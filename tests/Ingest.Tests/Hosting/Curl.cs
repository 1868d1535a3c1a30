using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The curl that people have.</summary>
/// <param name="Headers">Of the last response.</param>
internal sealed record Curl(int ExitCode, int Status, string Headers, string Body)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Curl> RunAsync(params string[] arguments)
    {
        using var curl = Start(arguments);
        return await EndAsync(curl);
    }

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("curl") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in new[] { "-sS", "-D", "-", "--max-time", "120" }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    public static async Task<Curl> EndAsync(Process curl)
    {
        var errors = curl.StandardError.ReadToEndAsync(Cancel);
        var output = await curl.StandardOutput.ReadToEndAsync(Cancel);
        await curl.WaitForExitAsync(Cancel);
        Match? last = null;
        foreach (Match head in Regex.Matches(output, @"HTTP/\S+ (\d+)[^\r]*\r\n((?:[^\r\n]+\r\n)*)\r\n"))
        {
            last = head;
        }

        return last is null
            ? new Curl(curl.ExitCode, 0, "", await errors)
            : new Curl(curl.ExitCode, int.Parse(last.Groups[1].Value), last.Groups[2].Value, output[(last.Index + last.Length)..]);
    }
}
