using System.Diagnostics.CodeAnalysis;

namespace Mesh.Client;

/// <summary>How to reach a mesh.</summary>
public sealed record MeshClientOptions
{
    private const string Variable = "MESH_GATEWAY_GRPC";

    private Uri? _address;

    /// <summary>The gateway's gRPC address. Default http://127.0.0.1:8001, or <c>MESH_GATEWAY_GRPC</c> where that is set.</summary>
    /// <exception cref="ArgumentException">Read without being set, and <c>MESH_GATEWAY_GRPC</c> is no address.</exception>
    public Uri Address
    {
        get => _address ??= FromEnvironment();
        init => _address = value;
    }

    /// <summary>Deadline of each unary call that sets none itself.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a unary call is sent at most when the mesh answers UNAVAILABLE, the first time included; 2 to 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>How long uploads and watches keep trying while the mesh does not answer at all.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Reads an address as people type it: "localhost:8001" is http.</summary>
    public static bool TryParseAddress(string text, [NotNullWhen(true)] out Uri? address)
    {
        // A URI would read it as the scheme "localhost".
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out address) && address is { Scheme: "http" or "https", Host.Length: > 0 };
    }

    private static Uri FromEnvironment()
    {
        var text = Environment.GetEnvironmentVariable(Variable) is { } set && !string.IsNullOrWhiteSpace(set) ? set : "http://127.0.0.1:8001";
        return TryParseAddress(text, out var address) ? address : throw new ArgumentException($"{Variable} is '{text}', which is not an address such as http://127.0.0.1:8001.");
    }
}
