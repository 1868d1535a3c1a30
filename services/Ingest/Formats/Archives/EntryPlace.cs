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

    /// <summary>What people lay beside their data; it does not decide what the data is.</summary>
    public static bool IsRemark(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..].ToUpperInvariant();
        return last.StartsWith("README", StringComparison.Ordinal) || last.StartsWith("LICENSE", StringComparison.Ordinal) || last.StartsWith("LICENCE", StringComparison.Ordinal);
    }

    /// <summary>The split of a file of many records: a folder named like one, else the first word of its own name ("test.csv", "train-00000-of-00002.parquet").</summary>
    public static string SplitOfTable(string safeName)
    {
        var split = Of(safeName).Split;
        var name = safeName[(safeName.LastIndexOf('/') + 1)..];
        var word = name.AsSpan(0, name.AsSpan().IndexOfAny(".-_ ") is >= 0 and var end ? end : name.Length);
        return split == NoSplit ? SplitOf(word.ToString()) ?? NoSplit : split;
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

    /// <summary>The split that a word means; null when it means none.</summary>
    public static string? SplitOf(string word) => word.ToLowerInvariant() switch
    {
        "train" => "train",
        "test" => "test",
        "validation" or "valid" or "val" or "dev" => "validation",
        _ => null,
    };
}
