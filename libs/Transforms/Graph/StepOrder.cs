using System.Collections;

namespace Mesh.Transforms.Graph;

/// <summary>The order in which steps run: each after those it needs, and as listed where that leaves a choice.</summary>
internal sealed class StepOrder
{
    private readonly IReadOnlyList<Draft> drafts;
    private readonly BitArray[] before;

    private StepOrder(IReadOnlyList<Draft> drafts)
    {
        this.drafts = drafts;
        before = [.. drafts.Select(_ => new BitArray(drafts.Count))];
    }

    /// <summary>Places in the spec.</summary>
    public List<int> Sorted { get; } = [];

    /// <returns>Null when steps need each other; the first of them says so.</returns>
    public static StepOrder? Of(IReadOnlyList<Draft> drafts)
    {
        var order = new StepOrder(drafts);
        var waiting = drafts.Select(draft => Needs(draft).Count()).ToArray();
        var free = new SortedSet<int>(Enumerable.Range(0, drafts.Count).Where(i => waiting[i] == 0));
        while (free.Count > 0)
        {
            var next = free.Min;
            free.Remove(next);
            order.Add(next);
            foreach (var follower in drafts.Where(draft => Needs(draft).Contains(next)))
            {
                if (--waiting[follower.Index] == 0)
                    free.Add(follower.Index);
            }
        }

        if (order.Sorted.Count == drafts.Count)
            return order;
        NameCycle(drafts, waiting);
        return null;
    }

    /// <summary>Whether one step needs the other, directly or through others.</summary>
    public bool Needs(int step, int other) => before[step][other];

    private static IEnumerable<int> Needs(Draft draft) => draft.Ports.Where(port => !port.IsSource).Select(port => port.Step).Distinct();

    private void Add(int step)
    {
        Sorted.Add(step);
        foreach (var needed in Needs(drafts[step]))
        {
            before[step].Or(before[needed]);
            before[step][needed] = true;
        }
    }

    private static void NameCycle(IReadOnlyList<Draft> drafts, int[] waiting)
    {
        // From any step that waits, going back along steps that wait ends in a cycle.
        var path = new List<int>();
        for (var at = Array.FindIndex(waiting, count => count > 0); !path.Contains(at); at = Needs(drafts[at]).First(step => waiting[step] > 0))
            path.Add(at);
        var last = Needs(drafts[path[^1]]).First(step => waiting[step] > 0);
        path.RemoveRange(0, path.IndexOf(last));
        path.Add(last);
        drafts[path.Min()].Refuse(".inputs", $"needs its own output: {string.Join(", which reads ", path.Select(step => drafts[step].Described))}");
    }
}
