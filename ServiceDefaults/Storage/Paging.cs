using System.Buffers.Text;
using System.Text;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>
/// Keyset paging: the token is the last key of the page before, so a page costs the same wherever it is and inserts do
/// not shift it. Order by the key, take <see cref="Size"/> + 1, and hand the rows to <see cref="Next"/>.
/// </summary>
/// <param name="Size">Rows per page, 1 to 1,000.</param>
/// <param name="After">The key to go on after; empty at the start. Compare with <c>string.Compare(row.Key, After) > 0</c>.</param>
public readonly record struct Paging(int Size, string After)
{
    private const int Default = 50;
    private const int Largest = 1000;

    /// <summary>Bytes that are no text, or a NUL, are refused here rather than by a database.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="MeshException">INVALID_ARGUMENT for a negative size or a token that is not ours.</exception>
    public static Paging Parse(int pageSize, string pageToken)
    {
        if (pageSize < 0)
        {
            throw MeshError.Invalid("page_size", "must not be negative.");
        }

        var size = pageSize == 0 ? Default : Math.Min(pageSize, Largest);
        return new Paging(size, pageToken.Length == 0 ? "" : Decode(pageToken));
    }

    /// <summary>Cuts the extra row off and makes the token for the next page; empty on the last.</summary>
    public (IReadOnlyList<T> Page, string NextToken) Next<T>(List<T> rows, Func<T, string> key)
    {
        if (rows.Count <= Size)
        {
            return (rows, "");
        }

        rows.RemoveRange(Size, rows.Count - Size);
        return (rows, TokenOf(key(rows[^1])));
    }

    /// <summary>The token for the page after this key.</summary>
    public static string TokenOf(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    private static MeshException NotOurs() => MeshError.Invalid("page_token", "is not a token that a list call returned.");

    private static string Decode(string token)
    {
        try
        {
            var key = Strict.GetString(Base64Url.DecodeFromChars(token));
            return key.Contains('\0') ? throw NotOurs() : key;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            throw NotOurs();
        }
    }
}
