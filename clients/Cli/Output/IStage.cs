namespace Mesh.Cli.Output;

/// <summary>A stage of work on display. Thread safe.</summary>
internal interface IStage
{
    /// <param name="done">Units done.</param>
    /// <param name="total">All units; 0 when unknown.</param>
    /// <param name="detail">What happens now: "3.2 of 9.1 MB".</param>
    void Report(double done, double total, string detail);

    /// <summary>A line that stays.</summary>
    void Line(string text);
}
