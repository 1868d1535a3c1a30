namespace Mesh.Transforms.Tokens;

/// <summary>An empty list for the length of a call, used again by the same thread so that a record allocates none.</summary>
internal static class SpareList<T>
{
    // A text of this many tokens is rare, and what it needed is not kept.
    private const int MaximumKept = 1 << 20;

    [ThreadStatic]
    private static List<T>? spare;

    public static List<T> Take()
    {
        var list = spare ?? [];
        spare = null;
        return list;
    }

    public static void Return(List<T> list)
    {
        list.Clear();
        if (list.Capacity <= MaximumKept)
            spare = list;
    }
}
