using Mesh.Blobs.AzureBlobs;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs.Options;

/// <summary>Says everything that is wrong with the section at once, each by its key and never with a secret's value.</summary>
internal sealed class BlobOptionsCheck : IValidateOptions<BlobOptions>
{
    private const string PrefixProblem = "must be names of a-z, A-Z, 0-9, \"-\", \"_\" and \".\", separated by \"/\".";

    public ValidateOptionsResult Validate(string? name, BlobOptions options)
    {
        var failures = new List<string>();
        void Need(bool condition, string key, string problem)
        {
            if (!condition)
            {
                failures.Add($"{BlobOptions.Section}:{key}: {problem}");
            }
        }

        Need(BlobKind.IsKnown(options.Kind), "Kind", "must be \"file\", \"s3\" or \"azure\".");
        CheckTier(options, "", Need);
        if (options.Cold.Kind.Length > 0)
        {
            Need(
                BlobKind.IsKnown(options.Cold.Kind),
                "Cold:Kind", "must be \"file\", \"s3\" or \"azure\", or empty for no cold store.");
            Need(options.Cold.Kind != BlobKind.File || options.Cold.Folder.Length > 0, "Cold:Folder", "is needed for the kind \"file\".");
            CheckTier(options.Cold, "Cold:", Need);
            Need(Place(options.Cold) != Place(options), "Cold", "is the same place as the first; a move would lose the data.");
        }
        Need(options.CacheBytes >= 1 << 20, "CacheBytes", "must be at least 1048576 (1 MiB).");
        Need(options.RequestSeconds is >= 0.1 and <= 3600, "RequestSeconds", "must be 0.1 to 3600.");
        Need(options.Attempts is >= 1 and <= 20, "Attempts", "must be 1 to 20.");
        Need(options.PartMiB is >= 5 and <= 512, "PartMiB", "must be 5 (the least S3 takes) to 512.");
        Need(options.ReadAheadMiB is >= 1 and <= 256, "ReadAheadMiB", "must be 1 to 256.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckTier(BlobTierOptions tier, string at, Action<bool, string, string> need)
    {
        switch (tier.Kind)
        {
            case BlobKind.S3:
                CheckS3(tier.S3, at + "S3:", need);
                break;
            case BlobKind.Azure:
                CheckAzure(tier.Azure, at + "Azure:", need);
                break;
        }
    }

    private static void CheckS3(S3Options s3, string at, Action<bool, string, string> need)
    {
        need(s3.Endpoint.Length == 0 || IsEndpoint(s3.Endpoint), at + "Endpoint", "must be a URL with http or https, without credentials or a path.");
        need(s3.Region.Length > 0, at + "Region", "is needed; any name will do where the store has no regions.");
        need(s3.Bucket.Length > 0, at + "Bucket", "is needed.");
        need(IsPrefix(s3.Prefix), at + "Prefix", PrefixProblem);
        need(s3.Checksum is "sha256" or "md5", at + "Checksum", "must be \"sha256\" or \"md5\".");
        need((s3.AccessKey.Length > 0) == (s3.SecretKey.Length > 0), at + "SecretKey", "AccessKey and SecretKey are needed together.");
        need(s3.SessionToken.Length == 0 || s3.AccessKey.Length > 0, at + "SessionToken", "needs AccessKey and SecretKey.");
        need(
            s3.AccessKey.Length > 0 || s3.SecretKey.Length > 0 || HasVariable("AWS_ACCESS_KEY_ID") && HasVariable("AWS_SECRET_ACCESS_KEY"),
            at + "AccessKey", "is needed, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.");
    }

    private static void CheckAzure(AzureOptions azure, string at, Action<bool, string, string> need)
    {
        need(azure.Container.Length > 0, at + "Container", "is needed.");
        need(IsPrefix(azure.Prefix), at + "Prefix", PrefixProblem);
        string[] credentials = [azure.ConnectionString, azure.AccountKey, azure.SasToken];
        need(credentials.Count(given => given.Length > 0) == 1, at + "ConnectionString", "exactly one of ConnectionString, AccountKey and SasToken is needed.");
        if (azure.ConnectionString.Length == 0)
        {
            need(IsAccount(azure.Endpoint), at + "Endpoint", "must be the URL of the account, such as https://example.blob.core.windows.net.");
        }
        else
        {
            need(azure.Endpoint.Length == 0, at + "Endpoint", "must be empty with a ConnectionString, which has it.");
            need(AzureConnection.IsValid(azure.ConnectionString), at + "ConnectionString", "is not an Azure connection string.");
        }
        need(azure.AccountKey.Length == 0 || IsBase64(azure.AccountKey), at + "AccountKey", "must be base64.");
    }

    private static bool IsEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", Query: "", AbsolutePath: "/" };

    // An emulator or a proxy has the account in the path.
    private static bool IsAccount(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", Query: "" };

    private static bool IsPrefix(string prefix) => prefix.Length == 0 || prefix.Length <= 512 && prefix.Trim('/').Split('/').All(
        part => part.Length > 0 && part is not ("." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    private static bool HasVariable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 };

    private static string Place(BlobTierOptions tier) => tier.Kind switch
    {
        BlobKind.S3 => $"s3 {tier.S3.Endpoint.TrimEnd('/')} {tier.S3.Region} {tier.S3.Bucket} {tier.S3.Prefix.Trim('/')}",
        BlobKind.Azure => $"azure {tier.Azure.Endpoint.TrimEnd('/')} {tier.Azure.ConnectionString} {tier.Azure.Container} {tier.Azure.Prefix.Trim('/')}",
        _ => tier.Folder.Length > 0 ? $"file {Path.GetFullPath(tier.Folder)}" : "file",
    };
}
