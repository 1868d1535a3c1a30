using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Names;

/// <summary>
/// The shape of a resource's name, "projects/{project}/datasets/{dataset}": parses names into their ids and makes names
/// of ids. Ids are checked, so a parsed id is safe in a path or a query.
/// </summary>
public sealed class ResourcePattern
{
    private readonly string[] _segments;

    public ResourcePattern(string pattern)
    {
        Pattern = pattern;
        _segments = pattern.Split('/');
    }

    public static ResourcePattern Project { get; } = new("projects/{project}");

    public string Pattern { get; }

    /// <summary>The ids in <paramref name="name"/>, in the pattern's order.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming <paramref name="field"/>.</exception>
    public string[] Parse(string name, string field) =>
        TryParse(name, out var ids) ? ids : throw MeshError.Invalid(field, $"\"{Printable(name)}\" is not of the form \"{Pattern}\".");

    public bool TryParse(string name, out string[] ids)
    {
        ids = [];
        if (name.Length > 512)
        {
            return false;
        }

        var parts = name.Split('/');
        if (parts.Length != _segments.Length)
        {
            return false;
        }

        var found = new List<string>(parts.Length / 2);
        for (var i = 0; i < parts.Length; i++)
        {
            if (_segments[i][0] != '{')
            {
                if (parts[i] != _segments[i])
                {
                    return false;
                }
            }
            else if (ResourceId.IsSegment(parts[i]))
            {
                found.Add(parts[i]);
            }
            else
            {
                return false;
            }
        }

        ids = [.. found];
        return true;
    }

    /// <summary>The name made of <paramref name="ids"/>, one for each placeholder.</summary>
    public string Format(params ReadOnlySpan<string> ids)
    {
        var next = 0;
        var parts = new string[_segments.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = _segments[i][0] == '{' ? ids[next++] : _segments[i];
        }

        return string.Join('/', parts);
    }

    /// <summary>The project in any resource name; null when there is none.</summary>
    public static string? ProjectOf(string name)
    {
        const string Prefix = "projects/";
        if (!name.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var end = name.IndexOf('/', Prefix.Length);
        var project = end < 0 ? name[Prefix.Length..] : name[Prefix.Length..end];
        return ResourceId.IsSegment(project) ? project : null;
    }

    private static string Printable(string name) =>
        new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}
