using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>
/// Makes a create call happen once however often it is sent. A handler asks <see cref="FindAsync"/> first, adds its rows
/// and <see cref="Record"/> to one SaveChanges, and on a unique violation asks again: the other call won.
/// </summary>
/// <param name="project">Project id; request ids are unique per project.</param>
/// <param name="requestId">Empty when the client does not care: then every call is a new one.</param>
public sealed class RequestOnce(MeshDb db, string project, string requestId, IMessage request)
{
    private readonly string _fingerprint = requestId.Length == 0 ? "" : Fingerprint(request);

    /// <summary>The resource the first call with this id created; null when this is the first.</summary>
    /// <exception cref="MeshException">The id was used for another request, or is malformed.</exception>
    public async Task<string?> FindAsync(CancellationToken cancel)
    {
        if (requestId.Length == 0)
        {
            return null;
        }

        if (requestId.Length > 128 || requestId.Any(char.IsControl))
        {
            throw MeshError.Invalid("request_id", "use at most 128 printable characters.");
        }

        var row = await db.Requests.AsNoTracking().SingleOrDefaultAsync(r => r.Project == project && r.RequestId == requestId, cancel);
        if (row is null)
        {
            return null;
        }

        return row.Fingerprint == _fingerprint
            ? row.ResourceName
            : throw MeshError.Invalid("request_id", $"\"{requestId}\" was used for another request, which created {row.ResourceName}.");
    }

    /// <summary>Adds the record of this call; SaveChanges writes it together with the resource.</summary>
    public void Record(string resourceName, DateTimeOffset now)
    {
        if (requestId.Length > 0)
        {
            db.Requests.Add(new RequestRow
            {
                Project = project,
                RequestId = requestId,
                Fingerprint = _fingerprint,
                ResourceName = resourceName,
                CreatedTicks = now.UtcTicks,
            });
        }
    }

    /// <summary>Of the contract's name and the content, so that it stays the same when code is renamed and however a map was ordered.</summary>
    private static string Fingerprint(IMessage request)
    {
        var bytes = new byte[request.CalculateSize()];
        var output = new CodedOutputStream(bytes) { Deterministic = true };
        request.WriteTo(output);
        output.Flush();
        return Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(request.Descriptor.FullName), 0, .. bytes]));
    }
}
