using Mesh.Blobs;
using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records.Restarts;

/// <summary>
/// Notes, while a commit goes through all candidates, where later readings can enter the files: about every MiB, which is what
/// a store verifies at once, and in large files less often, so that no file has more than <see cref="MostPoints"/>. What is
/// noted of a file depends on this file only.
/// </summary>
/// <param name="spacing">Bytes between two points, at least.</param>
internal sealed class RestartCollector(IReadOnlyList<SourceFile> files, long spacing = HashedContent.ChunkSize)
{
    /// <summary>Of one file: at most a few hundredths of a partition of it are passed over, for some 12 KiB in the database.</summary>
    public const int MostPoints = 1024;

    private readonly List<(string Path, FileRestarts Restarts)> _files = [];
    private readonly Dictionary<string, long> _walks = [];
    private readonly List<string> _splits = [];
    private readonly List<RestartPoint> _points = [];
    private long[] _candidates = [];
    private long _spacing;
    private int _file = -1;
    private int _split;

    /// <summary>Counts the candidate that the cursor has moved to. The cursor goes through all splits.</summary>
    public void Add(RecordCursor cursor)
    {
        if (cursor.File != _file)
        {
            EndFile();
            (_file, _spacing) = (cursor.File, spacing);
        }

        if (cursor.Place is { } place && place.Position - (_points.Count > 0 ? _points[^1].Place.Position : 0) >= _spacing)
        {
            Note(place);
        }

        if (_split >= _splits.Count || _splits[_split] != cursor.Split)
        {
            _split = IndexOf(cursor.Split);
        }

        _candidates[_split]++;
    }

    /// <summary>Writes into a version how far its files have to be walked through.</summary>
    public void CopyTo(DatasetVersion version)
    {
        EndFile();
        foreach (var file in version.Files)
        {
            file.WalkBytes = _walks.GetValueOrDefault(file.Path);
        }
    }

    public byte[] ToBytes()
    {
        EndFile();
        return RestartPoints.ToBytes(_files);
    }

    private void Note(in CursorPlace place)
    {
        _points.Add(new RestartPoint(place, [.. _candidates]));
        if (_points.Count < MostPoints)
        {
            return;
        }

        _spacing *= 2;
        var last = 0L;
        _points.RemoveAll(point =>
        {
            var near = point.Place.Position - last < _spacing;
            last = near ? last : point.Place.Position;
            return near;
        });
    }

    private int IndexOf(string split)
    {
        var index = _splits.IndexOf(split);
        if (index < 0)
        {
            index = _splits.Count;
            _splits.Add(split);
            Array.Resize(ref _candidates, _splits.Count);
        }

        return index;
    }

    private void EndFile()
    {
        if (_file < 0)
        {
            return;
        }

        var file = files[_file];
        var (walk, last) = (0L, 0L);
        foreach (var position in _points.Select(p => p.Place.Position).Append(file.Size))
        {
            walk = Math.Max(walk, position - last);
            last = position;
        }

        _walks[file.Path] = walk;
        if (_points.Count > 0)
        {
            _files.Add((file.Path, new FileRestarts([.. _splits], [.. _points])));
        }

        _points.Clear();
        _splits.Clear();
        (_candidates, _file, _split) = ([], -1, 0);
    }
}
