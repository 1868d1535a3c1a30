using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>
/// One way to read records out of files. Committing a version and reading its records go through the same code. A new
/// format is a class of this kind and a line in <see cref="FormatRegistration"/>; how its files are recognised is in
/// <see cref="Detection.ContentKinds"/>.
/// </summary>
internal interface IRecordFormat
{
    DataFormat Format { get; }

    /// <summary>
    /// Whether records of one file depend on that file only. Then a part of a version stays what it was when other files
    /// come or go.
    /// </summary>
    bool FilesAreIndependent { get; }

    /// <summary>Finds what the request left open. May read the first records of each file, not all of them.</summary>
    /// <param name="files">All of the version but its labels.txt, in the order of their paths.</param>
    /// <exception cref="DatasetException">The files do not make a set, or are not what was asked for.</exception>
    Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel);

    /// <summary>Opens the files' records in their stable order.</summary>
    /// <param name="layout">Complete, as <see cref="DescribeAsync"/> gave it.</param>
    /// <param name="split">Only this split's records; null for all.</param>
    /// <exception cref="DatasetException">The files do not make a set.</exception>
    RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split);
}
