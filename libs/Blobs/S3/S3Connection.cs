using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Mesh.Blobs.Options;
using Mesh.Blobs.Remote;
using Microsoft.Extensions.Logging;

namespace Mesh.Blobs.S3;

internal static class S3Connection
{
    /// <summary>A client that does what the options say and nothing that a profile on this machine does.</summary>
    public static S3Storage Open(S3Options options, RequestPolicy requests, TimeProvider time, ILogger logger)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            IgnoreConfiguredEndpointUrls = true,
            // Attempts and deadlines are the policy's; checksums are set where bytes are sent, and chunk hashes prove what is read.
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0)
        {
            (config.ServiceURL, config.AuthenticationRegion) = (options.Endpoint, options.Region);
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        var encrypted = !options.Endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase);
        return new S3Storage(
            new AmazonS3Client(Credentials(options), config), options.Bucket, new S3Checksums(options.Checksum == "md5"), encrypted, requests, time, logger);
    }

    private static AWSCredentials Credentials(S3Options options) => options switch
    {
        { AccessKey: "" } => new EnvironmentVariablesAWSCredentials(),
        { SessionToken: "" } => new BasicAWSCredentials(options.AccessKey, options.SecretKey),
        _ => new SessionAWSCredentials(options.AccessKey, options.SecretKey, options.SessionToken),
    };
}
