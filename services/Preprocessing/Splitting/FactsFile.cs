using System.Runtime.InteropServices;

namespace Mesh.Preprocessing.Splitting;

/// <summary>Facts of records in their order, one behind the other in a file.</summary>
internal static class FactsFile
{
    private const int AtOnce = 4096;

    public static void Append(Stream file, ReadOnlySpan<RecordFacts> facts) => file.Write(MemoryMarshal.AsBytes(facts));

    /// <exception cref="InvalidDataException">The file ends within a record.</exception>
    public static IEnumerable<RecordFacts> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var facts = new RecordFacts[AtOnce];
        int bytes;
        while ((bytes = Read(file, facts)) > 0)
        {
            if (bytes % RecordFacts.Bytes != 0)
            {
                throw new InvalidDataException("A file of facts ends within a record.");
            }

            for (var i = 0; i < bytes / RecordFacts.Bytes; i++)
            {
                yield return facts[i];
            }
        }
    }

    private static int Read(FileStream file, RecordFacts[] facts)
    {
        var buffer = MemoryMarshal.AsBytes(facts.AsSpan());
        return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
    }
}
