using System.Security.Cryptography;
using System.Text;
using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local.Running;

/// <summary>One process of a resource: its name and the ports it listens on.</summary>
internal sealed class Replica(Resource resource, int index, string stateDirectory)
{
    private readonly Dictionary<string, int> ports = [];

    public Resource Resource => resource;

    public int Index => index;

    /// <summary>Eight letters, the same at every start on the same state, so that logs and metrics of a replica stay together.</summary>
    public string Suffix { get; } = Letters($"{Environment.MachineName}|{stateDirectory}|{resource.Name}|{index}");

    public string Name => $"{resource.Name}-{Suffix}";

    public int Port(string endpoint) => ports[endpoint];

    public void Assign(Endpoint endpoint, int port) => ports[endpoint.Name] = port;

    public string Url(string endpoint) => $"http://127.0.0.1:{ports[endpoint]}";

    private static string Letters(string seed) =>
        new([.. SHA256.HashData(Encoding.UTF8.GetBytes(seed)).Take(8).Select(value => (char)('a' + (value % 26)))]);
}
