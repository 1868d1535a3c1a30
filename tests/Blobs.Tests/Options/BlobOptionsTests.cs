using Mesh.Blobs.Options;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs.Tests.Options;

public sealed class BlobOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once_by_its_key()
    {
        var failures = await FailuresAsync(
            ("Kind", "ftp"), ("Cold:Kind", "s3"), ("Cold:S3:Endpoint", "minio:9000"), ("Cold:S3:Checksum", "crc"), ("Cold:S3:SecretKey", "hush-hush"),
            ("Cold:S3:Prefix", "a//b"), ("CacheBytes", "1000"), ("RequestSeconds", "0"), ("Attempts", "0"), ("PartMiB", "4"), ("ReadAheadMiB", "257"));
        Assert.Equal(
            [
                "Blobs:Kind: must be \"file\", \"s3\" or \"azure\".",
                "Blobs:Cold:S3:Endpoint: must be a URL with http or https, without credentials or a path.",
                "Blobs:Cold:S3:Bucket: is needed.",
                "Blobs:Cold:S3:Prefix: must be names of a-z, A-Z, 0-9, \"-\", \"_\" and \".\", separated by \"/\".",
                "Blobs:Cold:S3:Checksum: must be \"sha256\" or \"md5\".",
                "Blobs:Cold:S3:SecretKey: AccessKey and SecretKey are needed together.",
                "Blobs:CacheBytes: must be at least 1048576 (1 MiB).",
                "Blobs:RequestSeconds: must be 0.1 to 3600.",
                "Blobs:Attempts: must be 1 to 20.",
                "Blobs:PartMiB: must be 5 (the least S3 takes) to 512.",
                "Blobs:ReadAheadMiB: must be 1 to 256.",
            ],
            failures);
    }

    [Theory]
    [InlineData("Endpoint", "https://user:hush@minio:9000")]
    [InlineData("Endpoint", "ftp://minio")]
    [InlineData("Endpoint", "http://minio/bucket")]
    [InlineData("Region", "")]
    [InlineData("Prefix", "../other")]
    [InlineData("Prefix", "a b")]
    [InlineData("SessionToken", "hush", "AccessKey", "", "SecretKey", "")]
    public async Task What_S3_cannot_be_used_with_is_refused(params string[] changes)
    {
        (string, string)[] sound = [("Kind", "s3"), ("S3:Bucket", "b"), ("S3:AccessKey", "hush-name"), ("S3:SecretKey", "hush-key")];
        Assert.Empty(Check(sound));
        var failures = Check([.. sound, .. changes.Chunk(2).Select(pair => ("S3:" + pair[0], pair[1]))]);
        Assert.Contains(failures, failure => failure.StartsWith($"Blobs:S3:{changes[0]}: ", StringComparison.Ordinal));
        Assert.All(failures, failure => Assert.DoesNotContain("hush", failure));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("ConnectionString", "Container", "")]
    [InlineData("ConnectionString", "ConnectionString", "")]
    [InlineData("ConnectionString", "ConnectionString", "hush")]
    [InlineData("ConnectionString", "Endpoint", "https://a.blob.core.windows.net")]
    [InlineData("ConnectionString", "SasToken", "sv=hush")]
    [InlineData("AccountKey", "Endpoint", "a.blob.core.windows.net")]
    [InlineData("AccountKey", "Endpoint", "")]
    [InlineData("AccountKey", "AccountKey", "hush!")]
    [InlineData("SasToken", "Endpoint", "https://a.blob.core.windows.net/?sv=hush")]
    public void What_Azure_cannot_be_used_with_is_refused(string credential, string key, string value)
    {
        (string, string)[] sound = credential switch
        {
            "ConnectionString" => [("Azure:ConnectionString", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aHVzaA==;EndpointSuffix=core.windows.net")],
            "AccountKey" => [("Azure:Endpoint", "https://a.blob.core.windows.net"), ("Azure:AccountKey", "aHVzaA==")],
            _ => [("Azure:Endpoint", "https://a.blob.core.windows.net"), ("Azure:SasToken", "sv=2024&sig=hush")],
        };
        sound = [("Kind", "azure"), ("Azure:Container", "c"), .. sound];
        Assert.Empty(Check(sound));
        var failures = Check([.. sound, ($"Azure:{key}", value)]);
        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.StartsWith("Blobs:Azure:", failure));
        Assert.All(failures, failure => Assert.DoesNotContain("hush", failure));
    }

    [Theory]
    [InlineData("Cold:Kind=file;Folder=/a;Cold:Folder=/a", false)]
    [InlineData("Cold:Kind=file;Folder=/a;Cold:Folder=/b/../a", false)]
    [InlineData("Cold:Kind=file;Folder=/a;Cold:Folder=/b", true)]
    [InlineData("Cold:Kind=file", false)]
    [InlineData("Cold:Kind=tape", false)]
    [InlineData("Kind=s3;Cold:Kind=s3;S3:Bucket=b;Cold:S3:Bucket=b", false)]
    [InlineData("Kind=s3;Cold:Kind=s3;S3:Bucket=b;Cold:S3:Bucket=b;Cold:S3:Prefix=cold", true)]
    [InlineData("Kind=s3;Cold:Kind=s3;S3:Bucket=b;Cold:S3:Bucket=c", true)]
    [InlineData("Kind=s3;S3:Bucket=b;S3:Endpoint=http://localhost:9000/;S3:Checksum=md5;S3:Prefix=/a/b.c-d_E/", true)]
    [InlineData("PartMiB=5;ReadAheadMiB=1;Attempts=1;RequestSeconds=0.1;CacheBytes=1048576", true)]
    [InlineData("", true)]
    public void Tiers_are_apart_and_bounds_are_allowed(string settings, bool allowed)
    {
        var given = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')).Select(pair => (pair[0], pair[1]));
        (string, string)[] keys = [("S3:AccessKey", "a"), ("S3:SecretKey", "b"), ("Cold:S3:AccessKey", "a"), ("Cold:S3:SecretKey", "b")];
        Assert.Equal(allowed, Check([.. given, .. keys]).Count == 0);
    }

    public void Dispose() => folder.Dispose();

    private IReadOnlyList<string> Check((string, string)[] settings)
    {
        using var host = BlobHost.Build(folder, settings);
        try
        {
            _ = BlobHost.Options(host);
            return [];
        }
        catch (OptionsValidationException refused)
        {
            return [.. refused.Failures];
        }
    }

    private async Task<IReadOnlyList<string>> FailuresAsync(params (string, string)[] settings)
    {
        using var host = BlobHost.Build(folder, settings);
        return [.. (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Failures];
    }
}
