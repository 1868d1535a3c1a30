namespace Mesh.Cli.Running;

/// <summary>Turns what people type ("fashion-mnist/3") into resource names; full names are taken as they are.</summary>
internal static class Names
{
    /// <summary>"fashion-mnist" → "projects/p/datasets/fashion-mnist".</summary>
    /// <param name="collection">"datasets"</param>
    public static string Of(CommandRun run, string collection, string typed) =>
        typed.StartsWith("projects/", StringComparison.Ordinal) ? typed : $"{run.Project}/{collection}/{typed}";

    /// <summary>"fashion-mnist/3" → the resource and its child, "…/versions/3"; the child is null when only the resource is named.</summary>
    /// <param name="children">"versions"</param>
    public static (string Resource, string? Child) WithChild(CommandRun run, string collection, string children, string typed)
    {
        if (typed.StartsWith("projects/", StringComparison.Ordinal))
        {
            var marker = typed.IndexOf($"/{children}/", StringComparison.Ordinal);
            return marker < 0 ? (typed, null) : (typed[..marker], typed);
        }

        var slash = typed.IndexOf('/');
        return slash < 0
            ? (Of(run, collection, typed), null)
            : (Of(run, collection, typed[..slash]), $"{Of(run, collection, typed[..slash])}/{children}/{typed[(slash + 1)..]}");
    }

    /// <summary>"fashion-mnist/3" or "fashion-mnist@staging" → what a deployment serves; without either, the alias "production".</summary>
    public static string ServedModel(CommandRun run, string typed)
    {
        if (typed.StartsWith("projects/", StringComparison.Ordinal))
        {
            return typed;
        }

        var at = typed.IndexOf('@');
        if (at >= 0)
        {
            return $"{Of(run, "models", typed[..at])}/aliases/{typed[(at + 1)..]}";
        }

        var (model, version) = WithChild(run, "models", "versions", typed);
        return version ?? $"{model}/aliases/production";
    }

    /// <summary>"projects/p" of any name.</summary>
    public static string Project(string name) => string.Join('/', name.Split('/').Take(2));

    /// <summary>The last part of a name.</summary>
    public static string Id(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>As people type it: the name without its project and collections, "fashion-mnist/3".</summary>
    public static string Short(string name)
    {
        var parts = name.Split('/');
        return parts is ["projects", _, "models", var model, "aliases", var alias]
            ? $"{model}@{alias}"
            : string.Join('/', parts.Where((_, i) => i % 2 == 1).Skip(parts.Length > 2 ? 1 : 0));
    }
}
