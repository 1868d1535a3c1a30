using Mesh.Cli.Output;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Imports;

/// <summary>An import, in words.</summary>
internal static class ImportText
{
    /// <summary>"3 of 8 files, 1.2 MB of 9.1 MB".</summary>
    public static string Progress(Import import) => import.FileCount == 0
        ? ""
        : $"{Amount.Count(import.FinishedFileCount)} of {Amount.Count(import.FileCount)} files, {Amount.Bytes(import.Status.Progress.Done)} of {Amount.Bytes(import.Status.Progress.Total)}";
}
