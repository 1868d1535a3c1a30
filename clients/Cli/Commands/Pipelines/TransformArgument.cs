using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>Reads "resize width=28 height=28" as a transform with parameters.</summary>
internal static class TransformArgument
{
    /// <exception cref="CommandException">It has another form.</exception>
    public static Transform Parse(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            throw CommandException.Usage("A transform is empty. Write it as \"resize width=28 height=28\".");
        }

        return new Transform { Type = words[0], Parameters = Settings(words.Skip(1), $"the transform {words[0]}") };
    }

    /// <summary>Reads name=value words; a value is JSON where it can be read as such (28, true, [0.5]), else a text.</summary>
    /// <param name="of">For the error: "the transform resize".</param>
    /// <exception cref="CommandException">A word has another form, or a name comes twice.</exception>
    public static Struct Settings(IEnumerable<string> words, string of)
    {
        var settings = new Struct();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=');
            if (equals < 1)
            {
                throw CommandException.Usage($"'{word}' of {of} is not name=value.");
            }

            if (!settings.Fields.TryAdd(word[..equals], Value(word[(equals + 1)..])))
            {
                throw CommandException.Usage($"'{word[..equals]}' of {of} is given twice.");
            }
        }

        return settings;
    }

    private static Value Value(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Google.Protobuf.WellKnownTypes.Value.Parser.ParseJson(text);
        }
        catch (Exception e) when (e is JsonException or Google.Protobuf.InvalidProtocolBufferException)
        {
            return Google.Protobuf.WellKnownTypes.Value.ForString(text);
        }
    }
}
