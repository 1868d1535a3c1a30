using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Mesh.Client.Tests.Support;

/// <summary>Errors as the services send them: google.rpc.Status with details.</summary>
internal static class Refusals
{
    public static RpcException Invalid(params string[] fieldsAndProblems)
    {
        var bad = new BadRequest();
        foreach (var pair in fieldsAndProblems.Chunk(2))
        {
            bad.FieldViolations.Add(new BadRequest.Types.FieldViolation { Field = pair[0], Description = pair[1] });
        }

        return Make(Code.InvalidArgument, "INVALID_ARGUMENT", "The request is wrong.", Any.Pack(bad));
    }

    public static RpcException Precondition(string reason, string message, params (string Key, string Value)[] facts)
    {
        var info = new ErrorInfo { Reason = reason, Domain = "mesh" };
        foreach (var (key, value) in facts)
        {
            info.Metadata[key] = value;
        }

        return new Google.Rpc.Status { Code = (int)Code.FailedPrecondition, Message = message, Details = { Any.Pack(info) } }.ToRpcException();
    }

    public static RpcException Make(Code code, string reason, string message, params Any[] more) => new Google.Rpc.Status
    {
        Code = (int)code,
        Message = message,
        Details = { Any.Pack(new ErrorInfo { Reason = reason, Domain = "mesh", Metadata = { ["held_by"] = "x" } }), more },
    }.ToRpcException();
}
