namespace Mesh.Ingest.Formats.Boxes;

/// <summary>A box as annotations have it; in which units is for the format to know.</summary>
/// <param name="X">NaN for one that is no rectangle: its image is rejected when it comes.</param>
/// <param name="Id">What a message calls it by: its id or line.</param>
/// <param name="Label">Index of its class.</param>
internal readonly record struct IndexedBox(double X, double Y, double Width, double Height, long Id, int Label)
{
    /// <summary>Stands for a box that cannot be read.</summary>
    public static IndexedBox Broken(long id, int label = 0) => new(double.NaN, 0, 0, 0, id, label);
}

/// <summary>The boxes of one image: places of the first and the last in the index, counted from 1; 0 for none.</summary>
internal readonly record struct BoxChain(int First, int Last);

/// <summary>
/// The boxes of all images of a version, in memory because annotations come in any order: 48 bytes each, in blocks, so that
/// growing copies nothing. Those of one image are chained in the order in which they came.
/// </summary>
internal sealed class BoxIndex(IngestOptions options)
{
    private const int BlockBits = 9;
    private const int BlockBoxes = 1 << BlockBits;

    private readonly List<Entry[]> _blocks = [];
    private int _boxes;
    private int _images;

    /// <exception cref="DatasetException">TOO_MANY_BOXES</exception>
    public BoxChain Add(BoxChain chain, in IndexedBox box, string source)
    {
        Check(source);
        if (_boxes == _blocks.Count * BlockBoxes)
        {
            _blocks.Add(new Entry[BlockBoxes]);
        }

        var place = ++_boxes;
        At(place).Box = box;
        if (chain.Last > 0)
        {
            At(chain.Last).Next = place;
        }

        return new BoxChain(chain.First > 0 ? chain.First : place, place);
    }

    /// <summary>Counts an image that annotations speak of against the same limit.</summary>
    /// <exception cref="DatasetException">TOO_MANY_BOXES</exception>
    public void CountImage(string source)
    {
        Check(source);
        _images++;
    }

    public IEnumerable<IndexedBox> Of(BoxChain chain)
    {
        for (var place = chain.First; place > 0; place = At(place).Next)
        {
            yield return At(place).Box;
        }
    }

    private ref Entry At(int place) => ref _blocks[(place - 1) >> BlockBits][(place - 1) & (BlockBoxes - 1)];

    private void Check(string source)
    {
        if (_boxes + _images >= options.MaxBoxes)
        {
            throw new DatasetException("TOO_MANY_BOXES", $"{source}: there are more than {options.MaxBoxes} annotated images and boxes.");
        }
    }

    private struct Entry
    {
        public IndexedBox Box;
        public int Next;
    }
}
