using System.Globalization;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Names;

/// <summary>The last part of a resource's name.</summary>
public static class ResourceId
{
    public const string Rule = "use lower-case letters, digits and hyphens, starting with a letter and not ending with a hyphen, at most 63 characters";

    /// <summary>Whether a user may choose this id.</summary>
    public static bool IsValid(string id) =>
        id.Length is >= 1 and <= 63 && id[0] is >= 'a' and <= 'z' && id[^1] != '-' && IsSegment(id);

    /// <summary>Whether it can be an id at all; versions are numbers and keys are hex, so digits may come first.</summary>
    public static bool IsSegment(string id) =>
        id.Length is >= 1 and <= 63 && id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    public static void Check(Violations violations, string id, string field) => violations.Require(IsValid(id), field, Rule + ".");

    /// <summary>A new id that sorts by time: "run-019a…" with 32 hex digits.</summary>
    public static string New(string prefix) => $"{prefix}-{Guid.CreateVersion7():n}";

    /// <summary>A version number, from 1.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming <paramref name="field"/>.</exception>
    public static int ParseVersion(string text, string field) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version >= 1 && text[0] != '0'
            ? version
            : throw MeshError.Invalid(field, $"\"{text}\" is not a version number.");
}
