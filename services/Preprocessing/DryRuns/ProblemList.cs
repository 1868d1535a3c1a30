using Mesh.Preprocessing.V1;
using Mesh.Transforms;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>What steps refuse: each reason once, with its first record and how many have it.</summary>
internal sealed class ProblemList
{
    public const int MaxProblems = 100;

    private readonly List<DryRunProblem> _all = [];
    private readonly HashSet<(string Problem, string Record)> _counted = [];

    public IReadOnlyList<DryRunProblem> All => _all;

    public void Add(TransformException e) => Add(new DryRunProblem { Step = e.Transform, Description = e.Reason, Record = e.Record ?? "" });

    /// <summary>A record that is refused again, in another pass, is counted once.</summary>
    public void Add(DryRunProblem problem)
    {
        var known = _all.Find(p => (p.Field, p.Step, p.Description) == (problem.Field, problem.Step, problem.Description));
        if (known is null && _all.Count < MaxProblems)
        {
            _all.Add(known = problem);
        }

        if (known is not null && problem.Record.Length > 0 && _counted.Add(($"{problem.Step}\n{problem.Description}", problem.Record)))
        {
            known.RecordCount++;
        }
    }
}
