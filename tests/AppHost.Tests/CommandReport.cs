using System.Text.Json;

namespace Mesh.AppHost.Tests;

/// <summary>What a command of the test service found out; see TestService/Report.cs.</summary>
internal sealed record CommandReport(string[] Args, Dictionary<string, string> Own, Dictionary<string, string> Front, string Directory, int Process)
{
    public static CommandReport Read(TemporaryFolder folder, string file) =>
        JsonSerializer.Deserialize<CommandReport>(File.ReadAllText(folder.File(file)), JsonSerializerOptions.Web)!;
}
