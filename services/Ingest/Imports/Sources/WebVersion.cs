namespace Mesh.Ingest.Imports.Sources;

/// <summary>
/// What a server says to tell contents of one address apart (RFC 9110, 8.8): its entity tag, else the time of the last change. A
/// strong one is equal for equal bytes only, and is what If-Range takes; a weak one, marked by "W/", shows some changes.
/// </summary>
internal static class WebVersion
{
    private const string Weak = "W/";

    /// <summary>So much older than the answer, a file was not changed twice within the second that the time tells (RFC 9110, 8.8.2.2), nor do clocks differ.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <returns>Empty when the server says nothing.</returns>
    public static string Of(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { } tag)
        {
            return tag.ToString();
        }

        return response.Content.Headers.LastModified is not { } changed ? ""
            : response.Headers.Date - changed >= Settled ? changed.ToString("R") : Weak + changed.ToString("R");
    }

    public static bool IsStrong(string version) => version.Length > 0 && !version.StartsWith(Weak, StringComparison.Ordinal);

    /// <summary>Whether nothing shows that the content has changed. A time becomes strong by itself, so the mark does not count.</summary>
    public static bool AreSame(string version, string other) => Tag(version).SequenceEqual(Tag(other));

    private static ReadOnlySpan<char> Tag(string version) => version.AsSpan(version.StartsWith(Weak, StringComparison.Ordinal) ? Weak.Length : 0);
}
