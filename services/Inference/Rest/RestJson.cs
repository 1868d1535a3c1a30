using System.Text.Encodings.Web;
using System.Text.Json;
using Grpc.Core;

namespace Mesh.Inference.Rest;

/// <summary>JSON answers, and the protocol's table of codes.</summary>
internal static class RestJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static int HttpStatus(StatusCode code) => code switch
    {
        StatusCode.NotFound => 404,
        StatusCode.Unavailable => 503,
        StatusCode.Unimplemented => 501,
        StatusCode.InvalidArgument or StatusCode.AlreadyExists or StatusCode.Cancelled or StatusCode.FailedPrecondition => 400,
        _ => 500,
    };

    public static Utf8JsonWriter NewWriter(System.Buffers.IBufferWriter<byte> destination) => new(destination, Options);

    /// <summary>Answers with one object whose fields <paramref name="write"/> gives.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using (var json = NewWriter(http.Response.BodyWriter))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public static Task WriteErrorAsync(HttpContext http, int status, string message) =>
        WriteAsync(http, status, json => json.WriteString("error", message));

    public static void WriteShape(Utf8JsonWriter json, long[] shape)
    {
        json.WriteStartArray("shape");
        foreach (var size in shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
    }
}
