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

    /// <summary>A part of the work that shows for itself, below the whole, until it is disposed.</summary>
    IStagePart Part(string title);
}

/// <summary>One of several things at work within a stage. Thread safe.</summary>
internal interface IStagePart : IDisposable
{
    void Report(double done, double total);
}
