using System.Text.Json;
using System.Text.Unicode;
using Mesh.Specs;

namespace Mesh.Transforms.Json;

/// <summary>Reads the fields of one JSON object strictly; every problem is a <see cref="PipelineSpecException"/> that names the field.</summary>
internal sealed class JsonFields
{
    // Deep enough for every format here; bounds the stack that hostile JSON can use.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly JsonElement element;
    private readonly string path;
    private readonly HashSet<string> known = [];
    private readonly Dictionary<string, JsonFields[]> children = [];

    public JsonFields(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new PipelineSpecException(path.Length == 0 ? "$" : path, "must be an object");
        this.element = element;
        this.path = path;
    }

    public JsonFields(ReadOnlySpan<byte> json, int maximumBytes, string path)
        : this(Document(json, maximumBytes), path)
    {
    }

    public string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public PipelineSpecException Wrong(string name, string description) => new(Path(name), description);

    public JsonElement Optional(string name)
    {
        known.Add(name);
        return element.TryGetProperty(name, out var value) ? value : default;
    }

    public JsonElement Required(string name) =>
        Optional(name) is { ValueKind: not JsonValueKind.Undefined } value ? value : throw Wrong(name, "is required");

    public string Text(string name) =>
        Required(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(name, "must be a string");

    public long Integer(string name, long minimum, long maximum) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(name, $"must be an integer from {minimum} to {maximum}");

    /// <summary>Finite.</summary>
    public double Number(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Wrong(name, "must be a finite number");

    public IReadOnlyList<JsonElement> Array(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : throw Wrong(name, "must be a list");

    public IReadOnlyList<(string Name, JsonElement Value)> Object(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Object } value
            ? [.. value.EnumerateObject().Select(property => (property.Name, property.Value))]
            : throw Wrong(name, "must be an object");

    /// <summary>A list of objects; what they have that nobody reads is refused with what this one has.</summary>
    public IReadOnlyList<JsonFields> Objects(string name) => children.TryGetValue(name, out var found)
        ? found
        : children[name] = [.. Array(name).Select((item, i) => new JsonFields(item, $"{Path(name)}[{i}]"))];

    /// <summary>Texts of at most <paramref name="maximumLength"/> characters.</summary>
    public string[] Texts(string name, int maximumLength)
    {
        var texts = new List<string>();
        foreach (var item in Array(name))
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString()! is not { } text || text.Length > maximumLength)
                throw Wrong(name, $"must be a list of texts of at most {maximumLength} characters");
            texts.Add(text);
        }

        return [.. texts];
    }

    public double[] Numbers(string name)
    {
        var numbers = new List<double>();
        foreach (var item in Array(name))
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var number) || !double.IsFinite(number))
                throw Wrong(name, "must be a list of finite numbers");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    public void RefuseOthers()
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw Wrong(SpecViolation.Shorten(property.Name), $"is not known here; known: {string.Join(", ", known)}");
        }

        foreach (var child in children.Values.SelectMany(list => list))
            child.RefuseOthers();
    }

    /// <summary>The parser lets bytes that are not UTF-8 and halves of surrogate pairs pass until somebody reads the text.</summary>
    private static void CheckTexts(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new JsonException("not all of it is UTF-8.");
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
                reader.GetString();
        }
    }

    private static JsonElement Document(ReadOnlySpan<byte> json, int maximumBytes)
    {
        if (json.Length > maximumBytes)
            throw new PipelineSpecException("$", $"has {json.Length} bytes; at most {maximumBytes} are read");
        try
        {
            CheckTexts(json);
            return JsonElement.Parse(json, Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new PipelineSpecException("$", $"is not JSON: {e.Message}", e);
        }
    }
}
