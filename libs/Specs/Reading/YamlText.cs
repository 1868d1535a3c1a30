using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Specs.Reading;

/// <summary>Reads one YAML document as JSON, with its lines.</summary>
internal sealed partial class YamlText
{
    private readonly Dictionary<string, int> lines = [];
    private readonly Parser parser;

    private YamlText(string text) => parser = new(new StringReader(text));

    /// <exception cref="PipelineSpecException">It is not YAML, no object, or has what JSON has not.</exception>
    public static LinedJson Read(ReadOnlySpan<byte> text)
    {
        YamlText? yaml = null;
        try
        {
            yaml = new(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text));
            return yaml.Document();
        }
        catch (DecoderFallbackException e)
        {
            throw LinedJson.Wrong(1, "is not UTF-8", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser makes of some broken text, such as a list that is not closed, or a tag that is none.
            throw LinedJson.Wrong(yaml?.parser.Current is { } last ? LineOf(last) : 1, "is not YAML", e);
        }
        catch (YamlException e)
        {
            throw LinedJson.Wrong(Math.Max(1, (int)e.Start.Line), $"is not YAML: {e.Message.Split("): ")[^1]}", e);
        }
    }

    [GeneratedRegex(@"^[-+]?[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Integer { get; }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Number { get; }

    [GeneratedRegex(@"^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$", RegexOptions.CultureInvariant)]
    private static partial Regex NoNumber { get; }

    private LinedJson Document()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            throw LinedJson.Wrong(1, "is empty");
        var root = Value("", 0) as JsonObject ?? throw LinedJson.Wrong(1, "must be an object");
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume<DocumentStart>(out var second))
            throw LinedJson.Wrong(LineOf(second), "has a second document");
        return new(root, lines);
    }

    private JsonNode? Value(string path, int depth)
    {
        // Whatever begins a value but an alias.
        if (!parser.TryConsume<NodeEvent>(out var node) || !node.Anchor.IsEmpty || !node.Tag.IsEmpty)
            throw LinedJson.Wrong(LineOf(node ?? parser.Current!), "has an anchor, alias or tag; write the value out");
        lines[path] = LineOf(node);
        if (depth >= LinedJson.MaximumDepth)
            throw LinedJson.Wrong(LineOf(node), $"is nested deeper than {LinedJson.MaximumDepth}");
        return node switch
        {
            MappingStart => Fields(path, depth),
            SequenceStart => Items(path, depth),
            Scalar scalar => Plain(scalar),
            _ => throw LinedJson.Wrong(LineOf(node), "is not YAML that JSON could hold"),
        };
    }

    private JsonObject Fields(string path, int depth)
    {
        var fields = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key) || !key.Anchor.IsEmpty || !key.Tag.IsEmpty)
                throw LinedJson.Wrong(parser.Current is { } other ? LineOf(other) : 1, "has a name that is no text");
            if (fields.ContainsKey(key.Value))
                throw LinedJson.Wrong(LineOf(key), $"has {LinedJson.Field(path, SpecViolation.Shorten(key.Value))} twice");
            var field = LinedJson.Field(path, key.Value);
            fields[key.Value] = Value(field, depth + 1);
            lines[field] = LineOf(key);
        }

        return fields;
    }

    private JsonArray Items(string path, int depth)
    {
        var items = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(Value($"{path}[{items.Count}]", depth + 1));
        return items;
    }

    /// <summary>The core schema of YAML 1.2 (10.3.2); what is quoted is text.</summary>
    private static JsonNode? Plain(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                return JsonValue.Create(false);
        }

        if (Integer.IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return JsonValue.Create(integer);
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out integer) && integer >= 0)
            return JsonValue.Create(integer);
        if (NoNumber.IsMatch(text))
            throw LinedJson.Wrong(LineOf(scalar), $"has {text}, which is no number here");
        if (!Number.IsMatch(text))
            return JsonValue.Create(text);
        var number = double.Parse(text, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? JsonValue.Create(number) : throw LinedJson.Wrong(LineOf(scalar), $"has {SpecViolation.Shorten(text)}, which is too large");
    }

    private static int LineOf(ParsingEvent part) => (int)part.Start.Line;
}
