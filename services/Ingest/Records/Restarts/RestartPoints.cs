using Mesh.Ingest.Formats;

namespace Mesh.Ingest.Records.Restarts;

/// <summary>
/// The restart points of a version's files as they are stored with it: for each file its path and the length of what follows,
/// its splits, and its points as differences to the one before, all as 7-bit integers. About 12 bytes a point.
/// </summary>
internal static class RestartPoints
{
    public static byte[] ToBytes(IEnumerable<(string Path, FileRestarts Restarts)> files)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var (path, restarts) in files)
        {
            var file = Encode(restarts);
            writer.Write(path);
            writer.Write7BitEncodedInt(file.Length);
            writer.Write(file);
        }

        return bytes.ToArray();
    }

    /// <summary>Those of one file; null when it has none.</summary>
    public static FileRestarts? Find(byte[] bytes, string path)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        while (reader.BaseStream.Position < bytes.Length)
        {
            var isIt = reader.ReadString() == path;
            var length = reader.Read7BitEncodedInt();
            if (isIt)
            {
                return Decode(reader);
            }

            reader.BaseStream.Position += length;
        }

        return null;
    }

    private static byte[] Encode(FileRestarts restarts)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write7BitEncodedInt(restarts.Splits.Count);
        foreach (var split in restarts.Splits)
        {
            writer.Write(split);
        }

        writer.Write7BitEncodedInt(restarts.Points.Count);
        var last = default(CursorPlace);
        var counted = new long[restarts.Splits.Count];
        foreach (var (place, candidates) in restarts.Points)
        {
            // Offsets and lines begin anew in each entry of an archive.
            writer.Write7BitEncodedInt64(place.Entry - last.Entry);
            writer.Write7BitEncodedInt64(place.Head);
            writer.Write7BitEncodedInt64(place.Offset);
            writer.Write7BitEncodedInt64(place.Before);
            writer.Write7BitEncodedInt64(place.Position - last.Position);
            for (var i = 0; i < counted.Length; i++)
            {
                var count = i < candidates.Length ? candidates[i] : 0;
                writer.Write7BitEncodedInt64(count - counted[i]);
                counted[i] = count;
            }

            last = place;
        }

        return bytes.ToArray();
    }

    private static FileRestarts Decode(BinaryReader reader)
    {
        var splits = new string[reader.Read7BitEncodedInt()];
        for (var i = 0; i < splits.Length; i++)
        {
            splits[i] = reader.ReadString();
        }

        var points = new RestartPoint[reader.Read7BitEncodedInt()];
        var (entry, position, counted) = (0L, 0L, new long[splits.Length]);
        for (var p = 0; p < points.Length; p++)
        {
            entry += reader.Read7BitEncodedInt64();
            var (head, offset, before) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
            position += reader.Read7BitEncodedInt64();
            for (var i = 0; i < counted.Length; i++)
            {
                counted[i] += reader.Read7BitEncodedInt64();
            }

            points[p] = new RestartPoint(new CursorPlace(entry, head, offset, before, position), [.. counted]);
        }

        return new FileRestarts(splits, points);
    }
}
