using System.Diagnostics.CodeAnalysis;
using System.Text;
using Mesh.Ingest.Formats;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Ingest.Versions;

/// <summary>The names of labels, in the order of their integers; empty when none are known.</summary>
internal sealed class LabelNames(IReadOnlyList<string> names)
{
    /// <summary>An upload of this name (in any folder) holds one label name a line, UTF-8.</summary>
    public const string FileName = "labels.txt";

    public const int MaxNames = 10_000;

    public const int MaxNameLength = 256;

    private const int MaxFileBytes = 1024 * 1024;

    public static LabelNames None { get; } = new([]);

    public IReadOnlyList<string> Names => names;

    public bool Known => names.Count > 0;

    public static bool IsLabelFile(string path) => path == FileName || path.EndsWith("/" + FileName, StringComparison.Ordinal);

    public static void Check(Violations violations, IReadOnlyList<string> names, string field)
    {
        if (Problem(names) is var (index, problem))
        {
            violations.Add(index < 0 ? field : $"{field}[{index}]", problem);
        }
    }

    /// <exception cref="DatasetException">The file is no list of label names.</exception>
    public static async Task<LabelNames> ReadAsync(SourceFile file, CancellationToken cancel)
    {
        if (file.Size > MaxFileBytes)
        {
            throw new DatasetException("LABEL_NAMES_INVALID", $"{file.Path} has {file.Size} bytes; label names have at most {MaxFileBytes}.");
        }

        await using var stream = await file.OpenAsync(cancel);
        var bytes = new byte[file.Size];
        await stream.ReadExactlyAsync(bytes, cancel);
        return Parse(bytes, file.Path);
    }

    /// <summary>Names one a line, UTF-8.</summary>
    /// <exception cref="DatasetException">LABEL_NAMES_INVALID</exception>
    public static LabelNames Parse(ReadOnlySpan<byte> bytes, string source)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new DatasetException("LABEL_NAMES_INVALID", $"{source} is not UTF-8.");
        }

        return Of([.. text.TrimEnd('\r', '\n').Split('\n').Select(line => line.TrimEnd('\r'))], source, "line");
    }

    public static bool IsName([NotNullWhen(true)] string? name) => name is { Length: > 0 and <= MaxNameLength } && !name.Any(char.IsControl);

    /// <param name="place">What one of them is called in the source: "line".</param>
    /// <exception cref="DatasetException">LABEL_NAMES_INVALID</exception>
    public static LabelNames Of(string[] names, string source, string place) => Problem(names) is var (index, problem)
        ? throw new DatasetException("LABEL_NAMES_INVALID", index < 0 ? $"{source} {problem}" : $"{source}, {place} {index + 1}: {problem}")
        : new LabelNames(names);

    private static (int Index, string Problem)? Problem(IReadOnlyList<string> names)
    {
        if (names.Count > MaxNames)
        {
            return (-1, $"has more than {MaxNames} names.");
        }

        var seen = new HashSet<string>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            if (!IsName(names[i]))
            {
                return (i, $"a label name has 1 to {MaxNameLength} characters, none of them a control character.");
            }

            if (!seen.Add(names[i]))
            {
                return (i, $"\"{names[i]}\" is there twice.");
            }
        }

        return null;
    }
}
