using System.Text;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Uploads;

/// <summary>File names come from clients and end up in manifests and, at other clients, on disks: only plain relative paths pass.</summary>
public static class UploadFileName
{
    /// <summary>Characters of a whole name.</summary>
    public const int MaxLength = 1024;

    /// <summary>UTF-8 bytes of one part: the limit of common file systems.</summary>
    private const int MaxSegmentBytes = 255;

    /// <summary>What is wrong with a name; null when nothing is.</summary>
    public static string? Problem(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"must have 1 to {MaxLength} characters.";
        }

        if (name.Any(c => char.IsControl(c) || char.IsSurrogate(c) && !IsPaired(name)))
        {
            return "must not contain control characters.";
        }

        if (name.Contains('\\'))
        {
            return "must use \"/\" between folders, not \"\\\".";
        }

        if (name[0] == '/' || name.Length >= 2 && char.IsAsciiLetter(name[0]) && name[1] == ':')
        {
            return "must be relative.";
        }

        foreach (var segment in name.Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return "must not have empty parts, \".\" or \"..\".";
            }

            if (Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)
            {
                return $"must have at most {MaxSegmentBytes} bytes between two \"/\".";
            }
        }

        return null;
    }

    public static void Check(Violations violations, string name, string field)
    {
        if (Problem(name) is { } problem)
        {
            violations.Add(field, problem);
        }
    }

    // A lone surrogate has no UTF-8 form and would not survive storage.
    private static bool IsPaired(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(name[i]))
            {
                return false;
            }
        }

        return true;
    }
}
