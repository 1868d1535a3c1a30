using System.Text.RegularExpressions;

namespace Mesh.AppHost.Local.Logs;

/// <summary>The level of a line in .NET's single-line console format, <c>[time] warn: Category[id] message</c>.</summary>
internal static partial class LogLine
{
    public static bool IsWarning(string line, bool fromStandardError) => fromStandardError || Serious().IsMatch(line);

    [GeneratedRegex(@"^(\S+ ){0,2}?(warn|fail|crit): ", RegexOptions.ExplicitCapture)]
    private static partial Regex Serious();
}
