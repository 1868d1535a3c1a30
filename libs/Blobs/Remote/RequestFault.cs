using System.Xml;
using Polly.Timeout;

namespace Mesh.Blobs.Remote;

/// <summary>What a failed request means. The message is for callers and logs: it names no endpoint, bucket or key.</summary>
/// <param name="MayPass">The same request may succeed in a moment.</param>
/// <param name="IsFull">The storage has no room.</param>
internal readonly record struct RequestFault(string Message, bool MayPass, bool IsFull = false)
{
    private const string Unreachable = "The blob store could not be reached.";

    public BlobStoreException ToException(Exception inner) => IsFull ? new BlobStoreFullException(inner) : new BlobStoreException(Message, inner);

    /// <summary>Judges an answer by its HTTP status; 0 when there was none.</summary>
    public static RequestFault OfStatus(int status) => status switch
    {
        0 => new(Unreachable, MayPass: true),
        401 or 403 => new("The blob store refused the credentials of this service.", MayPass: false),
        404 => new("The bucket or container of the blob store does not exist.", MayPass: false),
        429 or 503 => new("The blob store is busy.", MayPass: true),
        408 => new("The blob store did not get the whole request in time.", MayPass: true),
        507 => new("The blob store is full.", MayPass: false, IsFull: true),
        501 => new("The blob store cannot do this.", MayPass: false),
        >= 500 => new("The blob store failed.", MayPass: true),
        _ => new($"The blob store refused a request (HTTP {status}).", MayPass: false),
    };

    /// <summary>Judges a failure that no answer explains: connections that cannot be made or break, deadlines. Null for what is none.</summary>
    public static RequestFault? OfTransport(Exception? fault) => fault switch
    {
        TimeoutRejectedException => new("The blob store did not answer in time.", MayPass: true),
        // A proxy's page in the place of the store's answer.
        XmlException => new("The answer of the blob store could not be read.", MayPass: true),
        HttpRequestException or IOException or OperationCanceledException or TimeoutException => OfStatus(0),
        _ => null,
    };
}
