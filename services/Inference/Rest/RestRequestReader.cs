using System.Text.Json;
using Mesh.Inference.Protocol;
using Mesh.Inference.Protocol.Wire;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Rest;

/// <summary>
/// Reads the body of an infer request. Tensor data in JSON is parsed straight into the memory the model reads; no tree is
/// built. Fields that the protocol does not name are passed over.
/// </summary>
internal static class RestRequestReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <param name="binary">What follows the JSON: the tensors that announce "binary_data_size", in order.</param>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming the field.</exception>
    public static InferRequest Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> binary, out OutputForms outputs)
    {
        var request = new InferRequest();
        outputs = new OutputForms();
        try
        {
            ReadBody(json, ref binary, request, outputs);
            if (binary.Length > 0)
            {
                throw MeshError.Invalid("inputs", $"{binary.Length} bytes follow the JSON that no input's binary_data_size announces.");
            }

            return request;
        }
        catch (Exception e)
        {
            request.Dispose();
            throw e is JsonException or InvalidOperationException or FormatException
                ? MeshError.Invalid("body", $"failed to parse the request JSON: {Shorten(e.Message)}")
                : e;
        }
    }

    /// <summary>A body that is one tensor and nothing else, for a model of one input; a variable first dimension follows from the size.</summary>
    public static InferRequest ReadRaw(ReadOnlySpan<byte> body, TensorSpec[] inputs)
    {
        if (inputs is not [var spec])
        {
            throw MeshError.Invalid(RestBody.HeaderLength, $"0 means a raw body, which only models with one input take; this one has {inputs.Length}.");
        }

        var shape = (long[])spec.Shape.Clone();
        if (spec.HasRows && spec.FixedBytes > 0)
        {
            shape[0] = body.Length / spec.FixedBytes;
        }

        if (shape.Contains(-1))
        {
            throw MeshError.Invalid(RestBody.HeaderLength, $"0 means a raw body; the shape of '{spec.Name}' cannot be told from its size.");
        }

        return new InferRequest
        {
            Inputs = { new InferInput { Name = spec.Name, Datatype = spec.Datatype.Name(), Shape = shape } },
            Raw = { TensorMemory.Of(body) },
        };
    }

    private static void ReadBody(ReadOnlySpan<byte> json, ref ReadOnlySpan<byte> binary, InferRequest request, OutputForms outputs)
    {
        var reader = new Utf8JsonReader(json, Options);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "body", "must be a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                request.Id = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                ReadParameters(ref reader, request, outputs);
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                StartArray(ref reader, "inputs");
                while (NextObject(ref reader, "inputs", request.Inputs.Count))
                {
                    ReadInput(ref reader, json, ref binary, request);
                }
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                StartArray(ref reader, "outputs");
                while (NextObject(ref reader, "outputs", request.Outputs.Count))
                {
                    ReadOutput(ref reader, request, outputs);
                }
            }
            else
            {
                reader.Skip();
            }
        }

        Expect(!reader.Read(), "body", "goes on after the JSON object.");
    }

    private static void ReadInput(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref ReadOnlySpan<byte> binary, InferRequest request)
    {
        var field = $"inputs[{request.Inputs.Count}]";
        var input = new InferInput();
        var data = ReadOnlySpan<byte>.Empty;
        var binarySize = -1L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                input.Name = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                reader.Read();
                input.Datatype = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                input.Shape = ReadShape(ref reader, field);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                // Read when datatype and shape are known: they may come after it.
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                data = json[start..(int)reader.BytesConsumed];
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                binarySize = ReadBinarySize(ref reader, field);
            }
            else
            {
                reader.Skip();
            }
        }

        request.Inputs.Add(input);
        request.Raw.Add(Data(input, data, binarySize, ref binary, field));
    }

    private static TensorMemory Data(InferInput input, ReadOnlySpan<byte> data, long binarySize, ref ReadOnlySpan<byte> binary, string field)
    {
        if (binarySize >= 0)
        {
            Expect(data.IsEmpty, field, "has both data and binary_data_size.");
            Expect(binarySize <= binary.Length, $"{field}.parameters.binary_data_size", $"is {binarySize}; {binary.Length} bytes are left in the body.");
            var memory = TensorMemory.Of(binary[..(int)binarySize]);
            binary = binary[(int)binarySize..];
            return memory;
        }

        Expect(!data.IsEmpty, field, $"unable to find data for input tensor '{Shorten(input.Name)}' in request.");
        Expect(data[0] == (byte)'[', $"{field}.data", "must be an array.");
        Expect(Datatypes.TryParse(input.Datatype, out var type), $"{field}.datatype", $"\"{Shorten(input.Datatype)}\" is not a datatype.");
        Expect(TensorShape.TryCount(input.Shape, out var elements), $"{field}.shape", $"{TensorShape.Describe(input.Shape)} is not a shape.");
        return JsonTensor.Read(data, type, elements, $"{field}.data");
    }

    private static void ReadOutput(ref Utf8JsonReader reader, InferRequest request, OutputForms outputs)
    {
        var name = "";
        bool? binary = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                StartObject(ref reader, $"outputs[{request.Outputs.Count}].parameters");
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var known = reader.ValueTextEquals("binary_data"u8);
                    reader.Read();
                    binary = known ? reader.GetBoolean() : binary;
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        request.Outputs.Add(name);
        if (binary is { } form)
        {
            outputs.Set(name, form);
        }
    }

    private static void ReadParameters(ref Utf8JsonReader reader, InferRequest request, OutputForms outputs)
    {
        StartObject(ref reader, "parameters");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (timeout, binary) = (reader.ValueTextEquals("timeout"u8), reader.ValueTextEquals("binary_data_output"u8));
            reader.Read();
            if (timeout)
            {
                (request.Parameters ??= [])["timeout"] = new InferParameter { Int64Param = reader.GetInt64() };
            }
            else if (binary)
            {
                outputs.AllBinary = reader.GetBoolean();
            }

            reader.Skip();
        }
    }

    private static long ReadBinarySize(ref Utf8JsonReader reader, string field)
    {
        var size = -1L;
        StartObject(ref reader, $"{field}.parameters");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var known = reader.ValueTextEquals("binary_data_size"u8);
            reader.Read();
            if (known)
            {
                Expect(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out size) && size >= 0,
                    $"{field}.parameters.binary_data_size", "must be a number of bytes.");
            }

            reader.Skip();
        }

        return size;
    }

    private static long[] ReadShape(ref Utf8JsonReader reader, string field)
    {
        var shape = new List<long>();
        StartArray(ref reader, $"{field}.shape");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            shape.Add(reader.GetInt64());
            Expect(shape.Count <= InferRequestReader.MostEntries, $"{field}.shape", $"has more than {InferRequestReader.MostEntries} dimensions.");
        }

        return [.. shape];
    }

    private static void StartArray(ref Utf8JsonReader reader, string field) =>
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, field, "must be an array.");

    private static void StartObject(ref Utf8JsonReader reader, string field) =>
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, field, "must be an object.");

    private static bool NextObject(ref Utf8JsonReader reader, string field, int count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        Expect(reader.TokenType == JsonTokenType.StartObject, $"{field}[{count}]", "must be an object.");
        Expect(count < InferRequestReader.MostEntries, field, $"are more than {InferRequestReader.MostEntries}.");
        return true;
    }

    private static void Expect(bool holds, string field, string problem)
    {
        if (!holds)
        {
            throw MeshError.Invalid(field, problem);
        }
    }

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
