using System.Security.Cryptography;
using System.Text;

namespace Mesh.Jobs.Scheduling;

/// <summary>The secret of one attempt: 32 random bytes as hex. Only its hash is stored; with so many bits no salt is needed.</summary>
internal static class RunToken
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static bool Matches(byte[]? hash, string token) => hash is not null && CryptographicOperations.FixedTimeEquals(hash, Hash(token));
}
