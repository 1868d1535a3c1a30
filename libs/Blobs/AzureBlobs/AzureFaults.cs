using Azure;
using Azure.Storage.Blobs.Models;
using Mesh.Blobs.Remote;

namespace Mesh.Blobs.AzureBlobs;

/// <summary>What the exceptions of the Azure client mean.</summary>
internal static class AzureFaults
{
    public static RequestFault? Judge(Exception fault) => fault switch
    {
        RequestFailedException { ErrorCode: "Md5Mismatch" or "Crc64Mismatch" } =>
            new RequestFault("The bytes were damaged on their way to the blob store.", MayPass: true),
        RequestFailedException { Status: 0, InnerException: { } inner } => RequestFault.OfTransport(inner) ?? RequestFault.OfStatus(0),
        RequestFailedException answer => RequestFault.OfStatus(answer.Status),
        AggregateException { InnerException: { } inner } => Judge(inner),
        _ => RequestFault.OfTransport(fault),
    };

    /// <summary>The blob is not there, as opposed to its container.</summary>
    public static bool IsNoBlob(RequestFailedException fault) => fault.Status == 404 && fault.ErrorCode != BlobErrorCode.ContainerNotFound;
}
