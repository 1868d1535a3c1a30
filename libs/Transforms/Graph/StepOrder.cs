using System.Collections;

namespace Mesh.Transforms.Graph;

/// <summary>The order in which steps run: each after those it needs, and as listed where that leaves a choice.</summary>
internal sealed class StepOrder
{
    private readonly IReadOnlyList<Draft> drafts;
    private readonly int[][] needs;
    private readonly BitArray[] before;

    private StepOrder(IReadOnlyList<Draft> drafts)
    {
        this.drafts = drafts;
        needs = [.. drafts.Select(draft => draft.Ports.Where(port => !port.IsSource).Select(port => port.Step).Distinct().ToArray())];
        before = [.. drafts.Select(_ => new BitArray(drafts.Count))];
    }

    /// <summary>Places in the spec.</summary>
    public List<int> Sorted { get; } = [];

    /// <returns>Null when steps need each other; the first of them says so.</returns>
    public static StepOrder? Of(IReadOnlyList<Draft> drafts)
    {
        var order = new StepOrder(drafts);
        var waiting = order.needs.Select(needed => needed.Length).ToArray();
        var free = new SortedSet<int>(Enumerable.Range(0, drafts.Count).Where(i => waiting[i] == 0));
        while (free.Count > 0)
        {
            var next = free.Min;
            free.Remove(next);
            order.Add(next);
            foreach (var follower in Enumerable.Range(0, drafts.Count).Where(step => order.needs[step].Contains(next)))
            {
                if (--waiting[follower] == 0)
                    free.Add(follower);
            }
        }

        if (order.Sorted.Count == drafts.Count)
            return order;
        order.NameCycle(waiting);
        return null;
    }

    /// <summary>Whether one step needs the other, directly or through others.</summary>
    public bool Needs(int step, int other) => before[step][other];

    private void Add(int step)
    {
        Sorted.Add(step);
        foreach (var needed in needs[step])
        {
            before[step].Or(before[needed]);
            before[step][needed] = true;
        }
    }

    private void NameCycle(int[] waiting)
    {
        // From any step that waits, going back along steps that wait ends in a cycle.
        var path = new List<int>();
        for (var at = Array.FindIndex(waiting, count => count > 0); !path.Contains(at); at = Array.Find(needs[at], step => waiting[step] > 0))
            path.Add(at);
        var last = Array.Find(needs[path[^1]], step => waiting[step] > 0);
        path.RemoveRange(0, path.IndexOf(last));
        path.Add(last);
        drafts[path.Min()].Refuse(".inputs", $"needs its own output: {string.Join(", which reads ", path.Select(step => drafts[step].Described))}");
    }
}
