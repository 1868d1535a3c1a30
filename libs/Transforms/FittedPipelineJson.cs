using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;

namespace Mesh.Transforms;

/// <summary>Fitted pipelines as canonical JSON.</summary>
internal static class FittedPipelineJson
{
    public static byte[] Write(FittedPipeline pipeline)
    {
        var graph = pipeline.Typed.Graph;
        var whole = new JsonObject
        {
            ["format_version"] = FittedPipeline.FormatVersion,
            ["outputs"] = Outputs(pipeline),
            ["source"] = PipelineJson.Sources(graph, withNames: false),
            ["transforms"] = new JsonArray([.. graph.Steps.OrderBy(step => step.Index).Select(step => Step(step, pipeline.State))]),
        };
        PipelineJson.AddImageLibrary(whole, graph.Steps, pipeline.FittedWithImageLibrary);
        return CanonicalJson.Write(whole);
    }

    /// <summary>What decides the stored rows. Columns between steps go by their places: what they are called decides nothing.</summary>
    public static byte[] WriteRecordState(FittedPipeline pipeline)
    {
        var graph = pipeline.Typed.Graph;
        var needed = graph.Needed(graph.Outputs.Select(output => output.Stored));
        var steps = Enumerable.Range(0, needed.Length).Where(i => needed[i]).ToArray();
        var whole = new JsonObject
        {
            ["format_version"] = FittedPipeline.FormatVersion,
            ["outputs"] = Outputs(pipeline),
            ["rows"] = new JsonArray([.. graph.Outputs.Select(output => JsonValue.Create(Place(output.Stored)))]),
            ["steps"] = new JsonArray([.. steps.Select(i =>
            {
                var step = Step(graph.Steps[i], pipeline.State);
                step.Remove("name");
                step["inputs"] = PipelineJson.Names(graph.Steps[i].Inputs.Select(Place));
                if (graph.Steps[i].Definition.NamesInputs)
                    step["input_names"] = PipelineJson.Names(graph.Steps[i].InputNames);
                step["outputs"] = graph.Steps[i].OutputNames.Length;
                return step;
            })]),
        };
        PipelineJson.AddImageLibrary(whole, steps.Select(i => graph.Steps[i]));
        return CanonicalJson.Write(whole);

        string Place(Port port) => port.IsSource
            ? $"{graph.Sources[port.Index].Kind.Word} {graph.Sources[port.Index].Name}"
            : $"{Array.IndexOf(steps, port.Step)}.{port.Index}";
    }

    /// <exception cref="PipelineSpecException">It is damaged or does not fit this build.</exception>
    public static FittedPipeline Read(ReadOnlySpan<byte> json, TransformCatalog catalog)
    {
        var fields = new JsonFields(json, Pipeline.MaximumStateBytes, "");
        fields.Integer("format_version", FittedPipeline.FormatVersion, FittedPipeline.FormatVersion);
        var library = fields.Optional("libvips").ValueKind == JsonValueKind.Undefined ? null : fields.Text("libvips");
        var schema = ReadSources(fields);
        var outputs = fields.Array("outputs").Select((output, i) => new JsonFields(output, $"outputs[{i}]")).ToArray();
        var entries = fields.Array("transforms");
        fields.RefuseOthers();

        var (specs, fitted) = (new List<TransformSpec>(), new Dictionary<int, JsonElement>());
        for (var i = 0; i < entries.Count; i++)
            specs.Add(ReadStep(new JsonFields(entries[i], $"transforms[{i}]"), i, catalog, fitted));

        var pipeline = Pipeline.Create(new(specs, [.. outputs.Select(output => output.Text("name"))]), schema, catalog);
        var shapes = pipeline.ImageOutputs.ToDictionary(image => image.Name, image => ReadFrameShape(outputs.First(output => output.Text("name") == image.Name)));
        var result = new FittedPipeline(pipeline, new(pipeline.FitPasses, fitted, shapes), library);
        CheckOutputs(outputs, result);
        return result;
    }

    private static JsonObject Step(GraphStep step, FittedState state)
    {
        var entry = PipelineJson.Step(step);
        if (step.Spec.Name.Length > 0)
            entry["name"] = step.Spec.Name;
        if (state.Of(step.Index) is { } fitted)
            entry["fitted"] = JsonNode.Parse(fitted.GetRawText());
        return entry;
    }

    private static JsonArray Outputs(FittedPipeline pipeline) => new([.. pipeline.Columns.Select(column => new JsonObject
    {
        ["name"] = column.Name,
        ["element_type"] = column.ElementType.Word,
        ["shape"] = FittedState.Shape(column.Shape),
    })]);

    private static RecordSchema ReadSources(JsonFields fields)
    {
        var columns = new List<RecordColumn>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in fields.Array("source"))
        {
            var source = new JsonFields(item, $"source[{columns.Count}]");
            var (name, kind) = (source.Text("name"), ColumnKindWords.OfData(source.Text("type")));
            source.RefuseOthers();
            if (name.Length is 0 or > PipelineSpec.MaximumName || !names.Add(name))
                throw source.Wrong("name", "must be the name of a column, once");
            columns.Add(new(name, kind.IsData ? kind : throw source.Wrong("type", "is not a type that data can have")));
        }

        return new(columns);
    }

    private static TransformSpec ReadStep(JsonFields entry, int index, TransformCatalog catalog, Dictionary<int, JsonElement> fitted)
    {
        var type = entry.Text("type");
        var version = entry.Integer("version", 1, int.MaxValue);
        if (catalog.Find(type) is { } definition && definition.Version != version)
            throw entry.Wrong("version", $"{type} was fitted in version {version}; this build has version {definition.Version}");
        if (entry.Optional("fitted") is { ValueKind: not JsonValueKind.Undefined } state)
            fitted.Add(index, state);
        var spec = new TransformSpec(type, entry.Required("parameters"))
        {
            Name = entry.Optional("name").ValueKind == JsonValueKind.Undefined ? "" : entry.Text("name"),
            Inputs = entry.Texts("inputs", PipelineSpec.MaximumName),
            Outputs = entry.Texts("outputs", PipelineSpec.MaximumName),
        };
        entry.RefuseOthers();
        return spec;
    }

    /// <summary>Without the number of frames, which the spec has.</summary>
    private static int[] ReadFrameShape(JsonFields output)
    {
        var sides = output.Required("shape");
        return sides.ValueKind == JsonValueKind.Array && sides.GetArrayLength() == 4
            ? FittedState.ReadShape(JsonSerializer.SerializeToElement(sides.EnumerateArray().Skip(1)), output.Path("shape"))
            : FittedState.ReadShape(sides, output.Path("shape"));
    }

    private static void CheckOutputs(JsonFields[] given, FittedPipeline result)
    {
        foreach (var (fields, column) in given.Zip(result.Columns))
        {
            if (fields.Text("element_type") != column.ElementType.Word)
                throw fields.Wrong("element_type", $"must be {column.ElementType.Word}");
            if (!fields.Numbers("shape").SequenceEqual(column.Shape.Select(side => (double)side)))
                throw fields.Wrong("shape", $"must be [{string.Join(", ", column.Shape)}]");
            fields.RefuseOthers();
        }
    }
}
