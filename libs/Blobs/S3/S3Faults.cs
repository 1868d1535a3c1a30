using Amazon.Runtime;
using Amazon.S3;
using Mesh.Blobs.Remote;

namespace Mesh.Blobs.S3;

/// <summary>What the exceptions of the S3 client mean.</summary>
internal static class S3Faults
{
    public static RequestFault? Judge(Exception fault) => fault switch
    {
        AmazonServiceException { ErrorCode: "SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" } => RequestFault.OfStatus(503),
        AmazonServiceException { ErrorCode: "InternalError" } => RequestFault.OfStatus(500),
        AmazonServiceException { ErrorCode: "RequestTimeout" } => RequestFault.OfStatus(408),
        // MinIO's and Ceph's words for a full disk and a full quota.
        AmazonServiceException { ErrorCode: "XMinioStorageFull" or "QuotaExceeded" } => RequestFault.OfStatus(507),
        AmazonServiceException { ErrorCode: "BadDigest" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch" or "IncompleteBody" } =>
            new("The bytes were damaged on their way to the blob store.", MayPass: true),
        AmazonServiceException { StatusCode: 0, InnerException: { } inner } => RequestFault.OfTransport(inner) ?? RequestFault.OfStatus(0),
        AmazonServiceException answer => RequestFault.OfStatus((int)answer.StatusCode),
        AmazonClientException { InnerException: { } inner } => RequestFault.OfTransport(inner),
        _ => RequestFault.OfTransport(fault),
    };

    /// <summary>The object is not there, as opposed to its bucket.</summary>
    public static bool IsNoObject(AmazonS3Exception fault) =>
        fault.StatusCode == System.Net.HttpStatusCode.NotFound && fault.ErrorCode is not "NoSuchBucket";
}
