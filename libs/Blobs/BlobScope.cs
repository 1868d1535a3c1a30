using System.Text.RegularExpressions;

namespace Mesh.Blobs;

/// <summary>
/// Who a blob belongs to: only that service writes and deletes in it; the same bytes are stored once in it, never across scopes.
/// Both parts match <c>[a-z0-9][a-z0-9-]{0,62}</c>, so they are safe as folder and bucket names.
/// </summary>
/// <exception cref="ArgumentException">A part has another form.</exception>
public sealed partial record BlobScope(string Service, string Project)
{
    public string Service { get; } = Validated(Service, nameof(Service));

    public string Project { get; } = Validated(Project, nameof(Project));

    public override string ToString() => $"{Service}/{Project}";

    internal static bool IsName(string name) => NamePattern().IsMatch(name);

    internal static string Validated(string name, string parameter) => IsName(name)
        ? name
        : throw new ArgumentException("A name has 1 to 63 characters a-z, 0-9 and '-', and does not start with '-'.", parameter);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
