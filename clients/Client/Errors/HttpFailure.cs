using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace Mesh.Client.Errors;

/// <summary>Failures of plain HTTP as those of RPCs: callers see one kind.</summary>
internal static class HttpFailure
{
    private const int MaxErrorBytes = 256 * 1024;

    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true).WithTypeRegistry(TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor)));

    /// <exception cref="MeshApiException">The response is no success.</exception>
    public static async Task ThrowAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var code = (int)response.StatusCode is 502 or 503 or 504 ? StatusCode.Unavailable : StatusCode.Unknown;
        var status = new Google.Rpc.Status { Code = (int)code, Message = $"The mesh answers {(int)response.StatusCode}." };
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorBytes, cancel).ConfigureAwait(false);
            status = Json.Parse<Google.Rpc.Status>(await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException or HttpRequestException)
        {
            // Not the mesh's own words.
        }

        throw MeshApiException.From(status.ToRpcException());
    }

    /// <summary>The connection broke, or nothing came for too long: the same call may succeed in a moment.</summary>
    public static MeshApiException Broken(Exception cause) =>
        MeshApiException.From(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "The connection to the mesh broke.", cause)));
}
