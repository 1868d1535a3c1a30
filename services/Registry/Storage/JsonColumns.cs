using System.Text.Json;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Mesh.Registry.Storage;

/// <summary>A message as its JSON in a text column; a field that a newer program wrote is skipped. Rows never change the message.</summary>
internal sealed class ProtoJson<T>() : ValueConverter<T, string>(message => Format(message), text => Parse(text))
    where T : class, IMessage<T>, new()
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private static string Format(T message) => JsonFormatter.Default.Format(message);

    private static T Parse(string text) => Parser.Parse<T>(text);
}

/// <summary>A list as JSON in a text column.</summary>
internal sealed class JsonList<T>() : ValueConverter<IReadOnlyList<T>, string>(
    list => JsonSerializer.Serialize(list, JsonSerializerOptions.Web), text => JsonSerializer.Deserialize<List<T>>(text, JsonSerializerOptions.Web)!);

internal sealed class JsonListComparer<T>() : ValueComparer<IReadOnlyList<T>>(
    (a, b) => ReferenceEquals(a, b) || (a != null && b != null && a.SequenceEqual(b)), list => list.Count, list => list);
