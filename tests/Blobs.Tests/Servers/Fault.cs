namespace Mesh.Blobs.Tests.Servers;

/// <summary>What a <see cref="FaultProxy"/> does to a request.</summary>
/// <param name="Value">Status or bytes.</param>
internal sealed record Fault(Fault.Kinds Kind, int Value = 0, string Code = "")
{
    public enum Kinds
    {
        None,
        Answer,
        CutRequest,
        CutAnswer,
        LoseAnswer,
        FlipRequest,
        FlipAnswer,
        Hang,
    }

    public static Fault None { get; } = new(Kinds.None);

    /// <summary>Passed on; the connection ends before the answer.</summary>
    public static Fault LoseAnswer { get; } = new(Kinds.LoseAnswer);

    /// <summary>No answer at all.</summary>
    public static Fault Hang { get; } = new(Kinds.Hang);

    /// <summary>Passed on with the first byte of the body changed.</summary>
    public static Fault FlipRequest { get; } = new(Kinds.FlipRequest);

    /// <summary>Answered with the first byte of the body changed.</summary>
    public static Fault FlipAnswer { get; } = new(Kinds.FlipAnswer);

    /// <summary>Answered by the proxy; the server sees nothing of it.</summary>
    public static Fault Answer(int status, string code) => new(Kinds.Answer, status, code);

    /// <summary>The connections end after so many bytes of the request's body.</summary>
    public static Fault CutRequest(int after) => new(Kinds.CutRequest, after);

    /// <summary>The connection ends after so many bytes of the answer's body.</summary>
    public static Fault CutAnswer(int after) => new(Kinds.CutAnswer, after);
}
