using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;

namespace Mesh.Ingest.Formats;

/// <summary>One way to read records out of files. Committing a version and reading its records go through the same code.</summary>
internal interface IRecordFormat
{
    DataFormat Format { get; }

    /// <summary>Whether a file is of this format, by its content.</summary>
    bool Recognises(FileHead head);

    /// <summary>Opens the files' records in their stable order.</summary>
    /// <param name="files">All of the version but its labels.txt, in any order.</param>
    /// <param name="split">Only this split's records; null for all.</param>
    /// <exception cref="DatasetException">The files do not make a set.</exception>
    RecordCursor Open(IReadOnlyList<SourceFile> files, LabelNames labels, string? split);
}
