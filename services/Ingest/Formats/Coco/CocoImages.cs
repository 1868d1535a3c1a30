using System.Runtime.InteropServices;
using Mesh.Ingest.Formats.Archives;

namespace Mesh.Ingest.Formats.Coco;

/// <summary>Every image that annotation files list, found by the end of its path.</summary>
internal sealed class CocoImages
{
    private const int None = -1;
    private const int Several = -2;

    private readonly List<CocoImage> _images = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _byLastPart = new(StringComparer.Ordinal);

    public int Count => _images.Count;

    public List<CocoFile> Files { get; } = [];

    public ref CocoImage this[int index] => ref CollectionsMarshal.AsSpan(_images)[index];

    /// <returns>Its index.</returns>
    public int Add(int file, long id)
    {
        _images.Add(new CocoImage { File = file, Id = id, Namesake = None });
        return _images.Count - 1;
    }

    /// <returns>False when the same file lists the name already.</returns>
    public bool TryName(int index, string name)
    {
        ref var image = ref this[index];
        image.Name = name;
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, name, out var known);
        if (known)
        {
            // Names are taken file after file, so that one of the same file would be the newest.
            image.Namesake = first;
            if (this[first].File == image.File)
            {
                return false;
            }
        }

        first = index;
        if (name.LastIndexOf('/') is >= 0 and var slash)
        {
            ref var only = ref CollectionsMarshal.GetValueRefOrAddDefault(_byLastPart, name[(slash + 1)..], out known);
            only = known ? Several : index;
        }

        return true;
    }

    /// <summary>
    /// The image that a path means: its name is the path, or the end of it after a "/". Where several files list the name,
    /// the one beside or above the path is meant, then the one of the path's split.
    /// </summary>
    /// <param name="others">When several are meant equally: the two of them. Both count as found.</param>
    /// <returns>Its index; −1 when none or several are meant.</returns>
    public int Find(int upload, string path, out (int First, int Second)? others)
    {
        others = null;
        var names = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; ;)
        {
            if (names.TryGetValue(path.AsSpan(start), out var first))
            {
                return Choose(first, upload, path, out others);
            }

            var slash = path.IndexOf('/', start);
            if (slash < 0)
            {
                // The names may have folders that the files have not.
                return _byLastPart.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(start), out var only) && only >= 0 ? only : None;
            }

            start = slash + 1;
        }
    }

    private int Choose(int first, int upload, string path, out (int, int)? others)
    {
        others = null;
        if (this[first].Namesake == None)
        {
            return first;
        }

        var split = EntryPlace.Of(path).Split;
        var (best, second, bestRank) = (None, None, (-1, false));
        for (var index = first; index != None; index = this[index].Namesake)
        {
            var file = Files[this[index].File];
            var rank = (Nearness(file, upload, path), file.Split == split);
            (best, second, bestRank) = rank.CompareTo(bestRank) switch
            {
                > 0 => (index, None, rank),
                0 => (best, index, bestRank),
                _ => (best, second, bestRank),
            };
        }

        if (second == None)
        {
            return best;
        }

        others = (best, second);
        (this[best].Found, this[second].Found) = (true, true);
        return None;
    }

    /// <summary>Characters of the annotation file's folder when the path lies in it, and one; 0 when it does not.</summary>
    private static int Nearness(CocoFile file, int upload, string path)
    {
        var folder = file.Name.AsSpan(0, file.Name.LastIndexOf('/') + 1);
        return file.Upload == upload && path.AsSpan().StartsWith(folder, StringComparison.Ordinal) ? folder.Length + 1 : 0;
    }
}
