using Google.Rpc;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Errors;

public class StatusMappingTests
{
    [Fact]
    public void All_violations_are_told_at_once()
    {
        var violations = new Violations();
        violations.Require(true, "fine", "is fine.");
        violations.ThrowIfAny();
        violations.Require(false, "a", "is wrong.");
        violations.Add("b[2].c", "is wrong, too.");
        var e = Assert.Throws<MeshException>(violations.ThrowIfAny);
        Assert.Equal("a: is wrong. b[2].c: is wrong, too.", e.Message);

        var rpc = e.ToRpcException();
        Assert.Equal(StatusCode.InvalidArgument, rpc.StatusCode);
        var status = rpc.GetRpcStatus()!;
        Assert.Equal(("INVALID_ARGUMENT", "mesh"), (status.GetDetail<ErrorInfo>().Reason, status.GetDetail<ErrorInfo>().Domain));
        Assert.Equal([("a", "is wrong."), ("b[2].c", "is wrong, too.")], status.GetDetail<BadRequest>().FieldViolations.Select(v => (v.Field, v.Description)));
        Assert.Null(status.GetDetail<RetryInfo>());
    }

    [Theory]
    [InlineData(1000, "x")]
    [InlineData(1000, "\u4f60")]
    [InlineData(1, "x")]
    public void More_violations_than_a_trailer_carries_are_counted(int count, string letter)
    {
        var violations = new Violations();
        for (var i = 0; i < count; i++)
        {
            violations.Add($"uploads[{i}]", string.Concat(Enumerable.Repeat(letter, 100_000 / count)));
        }

        var rpc = Assert.Throws<MeshException>(violations.ThrowIfAny).ToRpcException();
        var told = rpc.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations;
        Assert.Equal("uploads[0]", told[0].Field);
        Assert.EndsWith(count == 1 ? "…" : $" And {count - told.Count} more.", rpc.Status.Detail);
        // As it is sent: the message percent-encoded, the details in base64. The client takes 64 KB.
        Assert.InRange(Uri.EscapeDataString(rpc.Status.Detail).Length + (rpc.Trailers.Single(t => t.IsBinary).ValueBytes.Length * 4 / 3), 1, 60_000);
    }

    [Fact]
    public void What_a_resource_does_not_allow_is_told_field_by_field()
    {
        var status = MeshError.Precondition("DOES_NOT_FIT", "It does not fit:", [new("a", "is wrong."), new("b", "is wrong, too.")]).ToRpcException().GetRpcStatus()!;
        Assert.Equal(((int)StatusCode.FailedPrecondition, "It does not fit: a: is wrong. b: is wrong, too."), (status.Code, status.Message));
        Assert.Equal(["a", "b"], status.GetDetail<BadRequest>().FieldViolations.Select(v => v.Field));
    }

    [Fact]
    public void Retry_time_and_metadata_are_told()
    {
        var error = new MeshException(StatusCode.FailedPrecondition, "OFFSET_MISMATCH", "Go on at 7.")
        {
            Metadata = new Dictionary<string, string> { ["committed_bytes"] = "7" }, RetryAfter = TimeSpan.FromMilliseconds(1500),
        };
        var status = error.ToRpcException().GetRpcStatus()!;
        Assert.Equal("7", status.GetDetail<ErrorInfo>().Metadata["committed_bytes"]);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan());
        Assert.Null(status.GetDetail<BadRequest>());
    }

    public static TheoryData<MeshException, StatusCode, string> Errors => new()
    {
        { MeshError.NotFound("projects/p"), StatusCode.NotFound, "NOT_FOUND" },
        { MeshError.AlreadyExists("projects/p"), StatusCode.AlreadyExists, "ALREADY_EXISTS" },
        { MeshError.Precondition("BUSY", "It is busy."), StatusCode.FailedPrecondition, "BUSY" },
        { MeshError.Aborted("RACE", "Again."), StatusCode.Aborted, "RACE" },
        { MeshError.Exhausted("FULL", "Full."), StatusCode.ResourceExhausted, "FULL" },
        { MeshError.Stopping(), StatusCode.Unavailable, "STOPPING" },
        { MeshError.DataLoss("Lost."), StatusCode.DataLoss, "DATA_LOSS" },
        { MeshError.Denied("datasets.create"), StatusCode.PermissionDenied, "PERMISSION_DENIED" },
        { MeshError.Unauthenticated("Who?"), StatusCode.Unauthenticated, "UNAUTHENTICATED" },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Each_error_has_its_code_and_reason(MeshException error, StatusCode code, string reason)
    {
        var rpc = error.ToRpcException();
        Assert.Equal((code, error.Message), (rpc.StatusCode, rpc.Status.Detail));
        Assert.Equal(reason, rpc.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }
}
