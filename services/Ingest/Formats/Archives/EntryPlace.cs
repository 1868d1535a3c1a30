using Mesh.Uploads;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>What an entry's name says about it: the folder that holds it is its label, a folder above named like a split is its split.</summary>
internal readonly record struct EntryPlace(string Split, string? Label)
{
    public const string NoSplit = "all";

    /// <summary>The name without "./" in front and "/" behind; empty for the archive's own root.</summary>
    /// <exception cref="DatasetException">UNSAFE_NAME: it would leave the folder it is unpacked into, or no file system takes it.</exception>
    public static string SafeName(string file, string name)
    {
        var safe = name;
        while (safe.StartsWith("./", StringComparison.Ordinal))
        {
            safe = safe[2..];
        }

        safe = safe.EndsWith('/') && safe.Length > 1 ? safe[..^1] : safe;
        if (safe is "." or "" && name.Length > 0)
        {
            return "";
        }

        return UploadFileName.Problem(safe) is { } problem
            ? throw new DatasetException("UNSAFE_NAME", $"{file}: the entry \"{Printable.Of(name)}\" {problem}")
            : safe;
    }

    /// <summary>What operating systems leave in archives; no one means it as data.</summary>
    public static bool IsLitter(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        return name.StartsWith("__MACOSX/", StringComparison.Ordinal) || last is ".DS_Store" or "Thumbs.db" or "desktop.ini" || last.StartsWith("._", StringComparison.Ordinal);
    }

    public static EntryPlace Of(string safeName)
    {
        var folders = safeName.Split('/')[..^1];
        for (var i = folders.Length - 1; i >= 0; i--)
        {
            if (SplitOf(folders[i]) is { } split)
            {
                return new EntryPlace(split, i == folders.Length - 1 ? null : folders[^1]);
            }
        }

        return new EntryPlace(NoSplit, folders.Length == 0 ? null : folders[^1]);
    }

    private static string? SplitOf(string folder) => folder.ToLowerInvariant() is "train" or "test" or "validation" ? folder.ToLowerInvariant() : null;
}
