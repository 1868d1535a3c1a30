using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Mesh.ServiceDefaults.Errors;

/// <summary>A <see cref="MeshException"/> on the wire: google.rpc.Status with ErrorInfo, BadRequest and RetryInfo.</summary>
public static class StatusMapping
{
    public const string Domain = "mesh";

    public static RpcException ToRpcException(this MeshException error)
    {
        var info = new ErrorInfo { Reason = error.Reason, Domain = Domain };
        foreach (var (key, value) in error.Metadata)
        {
            info.Metadata[key] = value;
        }

        var status = new Google.Rpc.Status { Code = (int)error.Code, Message = error.Message, Details = { Any.Pack(info) } };
        if (error.Violations.Count > 0)
        {
            var violations = error.Violations.Select(v => new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Description });
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violations } }));
        }

        if (error.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status.ToRpcException();
    }
}
