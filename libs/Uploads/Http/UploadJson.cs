using System.Text.Json;
using Mesh.Uploads.V1;
using Microsoft.AspNetCore.Http;

namespace Mesh.Uploads.Http;

/// <summary>An upload as transcoded RPCs answer it.</summary>
internal static class UploadJson
{
    public static async Task WriteAsync(HttpResponse response, Upload upload)
    {
        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("name", upload.Name);
        json.WriteString("fileName", upload.FileName);
        json.WriteNumber("sizeBytes", upload.SizeBytes);
        json.WriteNumber("committedBytes", upload.CommittedBytes);
        json.WriteString("state", $"UPLOAD_STATE_{upload.State.ToString().ToUpperInvariant()}");
        json.WriteString("sha256", upload.Sha256);
        json.WritePropertyName("createTime");
        json.WriteRawValue(upload.CreateTime.ToString());
        json.WriteString("creator", upload.Creator);
        json.WriteBoolean("sizeSeen", upload.SizeSeen);
        json.WriteString("committedSha256", upload.CommittedSha256);
        json.WriteEndObject();
    }
}
