using System.Buffers;
using System.Globalization;
using Mesh.Inference.Protocol;
using Mesh.Inference.Tensors;

namespace Mesh.Inference.Rest;

/// <summary>Writes the answer of an infer request: JSON, followed by the outputs that were asked for as binary data.</summary>
internal static class RestResponseWriter
{
    public static async Task WriteAsync(HttpContext http, InferResponse response, OutputForms forms)
    {
        // Complete before the first byte goes out: its length is a header, and an element may have no JSON form.
        var json = Json(response, forms);
        var binary = response.Outputs.Where(output => forms.IsBinary(output.Spec.Name)).ToArray();
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = binary.Length > 0 ? "application/octet-stream" : "application/json";
        http.Response.ContentLength = json.WrittenCount + binary.Sum(output => (long)output.Length);
        if (binary.Length > 0)
        {
            http.Response.Headers[RestBody.HeaderLength] = json.WrittenCount.ToString(CultureInfo.InvariantCulture);
        }

        var body = http.Response.BodyWriter;
        body.Write(json.WrittenSpan);
        foreach (var output in binary)
        {
            body.Write(output.Bytes);
        }

        await body.FlushAsync(http.RequestAborted);
    }

    private static ArrayBufferWriter<byte> Json(InferResponse response, OutputForms forms)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = RestJson.NewWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model_name", response.ModelName);
        json.WriteString("model_version", response.ModelVersion);
        if (response.Id.Length > 0)
        {
            json.WriteString("id", response.Id);
        }

        json.WriteStartArray("outputs");
        foreach (var output in response.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Spec.Name);
            json.WriteString("datatype", output.Spec.Datatype.Name());
            RestJson.WriteShape(json, output.Shape);
            if (forms.IsBinary(output.Spec.Name))
            {
                json.WriteStartObject("parameters");
                json.WriteNumber("binary_data_size", output.Length);
                json.WriteEndObject();
            }
            else
            {
                JsonTensor.Write(json, output);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer;
    }
}
