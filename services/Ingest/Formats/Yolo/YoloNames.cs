using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Versions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Ingest.Formats.Yolo;

/// <summary>
/// Names of classes beside YOLO annotations: "names" in a YAML file (a list, or a map from numbers), or a list of them, one a
/// line, in classes.txt, obj.names or _darknet.labels.
/// </summary>
internal static class YoloNames
{
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>The library's time grows with the square of the depth.</summary>
    private const int MaxDepth = 32;

    /// <summary>Whether the file is a list of names, one a line.</summary>
    public static bool IsList(string name) => name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant() is "classes.txt" or "obj.names" or "_darknet.labels";

    public static bool IsYaml(string name) => Path.GetExtension(name).ToLowerInvariant() is ".yaml" or ".yml";

    /// <summary>The names that the files give; none when they give none.</summary>
    /// <exception cref="DatasetException">LABEL_NAMES_INVALID, also when two files give different ones.</exception>
    public static async Task<LabelNames> FindAsync(IReadOnlyList<SourceFile> files, IngestOptions options, CancellationToken cancel)
    {
        var content = new ContentBuffer(MaxFileBytes);
        var (found, source) = (LabelNames.None, "");
        await using var walk = new EntryWalk(files, new ExpansionBudget(options));
        while (await walk.MoveNextAsync(cancel))
        {
            if (walk.Kind != EntryKind.File || !IsList(walk.Name) && !IsYaml(walk.Name))
            {
                continue;
            }

            content.Clear();
            if (await walk.ReadAsync(content, cancel) is { } problem || content.Overflown && (problem = $"has more than {MaxFileBytes} bytes") is not null)
            {
                throw new DatasetException("LABEL_NAMES_INVALID", $"{walk.Source} {problem}.");
            }

            var names = IsYaml(walk.Name) ? FromYaml(content.Memory, walk.Source) : LabelNames.Parse(content.Span, walk.Source);
            if (found.Known && names.Known && !names.Names.SequenceEqual(found.Names))
            {
                throw new DatasetException("LABEL_NAMES_INVALID", $"{source} and {walk.Source} name the classes differently.");
            }

            (found, source) = names.Known ? (names, walk.Source) : (found, source);
        }

        return found;
    }

    /// <returns>None when the file has no "names".</returns>
    public static LabelNames FromYaml(ReadOnlyMemory<byte> yaml, string source)
    {
        try
        {
            using var text = new StreamReader(new MemoryStream(yaml.ToArray()));
            return Names(new Parser(text)) is { } names ? LabelNames.Of(names, source, "name") : LabelNames.None;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or EndOfStreamException or ArgumentException)
        {
            // The library throws the others at some documents that are cut off, and at tags that are none.
            var line = e is YamlException wrong ? $", line {wrong.Start.Line}" : "";
            throw new DatasetException("LABEL_NAMES_INVALID", $"{source}{line}: this is no YAML, or its names are neither a list nor a map from numbers.");
        }
    }

    // Events only: a document that refers to itself costs nothing.
    private static string[]? Names(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
        {
            return null;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (parser.TryConsume<Scalar>(out var key) && key.Value == "names")
            {
                return parser.TryConsume<SequenceStart>(out _) ? List(parser) : Map(parser);
            }

            if (key is null)
            {
                Skip(parser);
            }

            Skip(parser);
        }

        return null;
    }

    private static string[] List(Parser parser)
    {
        var names = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            names.Add(parser.Consume<Scalar>().Value);
        }

        return [.. names];
    }

    // Numbers that have no name stay their own.
    private static string[] Map(Parser parser)
    {
        var names = new SortedDictionary<int, string>();
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>();
            if (!int.TryParse(key.Value, out var number) || number is < 0 or >= LabelNames.MaxNames || !names.TryAdd(number, parser.Consume<Scalar>().Value))
            {
                throw new YamlException(key.Start, key.End, "no class number");
            }
        }

        return [.. Enumerable.Range(0, names.Count == 0 ? 0 : names.Keys.Max() + 1).Select(i => names.GetValueOrDefault(i) ?? $"{i}")];
    }

    private static void Skip(Parser parser)
    {
        var depth = 0;
        do
        {
            var next = parser.Consume<ParsingEvent>();
            depth += next.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new YamlException(next.Start, next.End, "too deep");
            }
        }
        while (depth > 0);
    }
}
