using System.Text.Json;

namespace Mesh.AppHost.TestService;

/// <summary>A command: asks the public service for its environment and writes that, its own and its arguments; ends with <c>--code N</c>.</summary>
internal static class Report
{
    public static async Task<int> RunAsync(string[] args, Dictionary<string, string?> own)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        var front = await client.GetFromJsonAsync<Dictionary<string, string?>>($"{own["MESH_GATEWAY_HTTP"]}/environment");
        var report = new { args, own, front, directory = Directory.GetCurrentDirectory(), process = Environment.ProcessId };
        await File.WriteAllTextAsync(Value(args, "--json") ?? "report.json", JsonSerializer.Serialize(report));
        Console.WriteLine("the report is written");
        if (args.Contains("--wait"))
            await Task.Delay(Timeout.Infinite);
        return int.Parse(Value(args, "--code") ?? "0");
    }

    private static string? Value(string[] args, string option) => Array.IndexOf(args, option) is >= 0 and var index ? args[index + 1] : null;
}
