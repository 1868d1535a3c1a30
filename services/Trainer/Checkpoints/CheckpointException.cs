namespace Mesh.Trainer.Checkpoints;

/// <summary>A checkpoint that cannot be read, written or used; the message names the file.</summary>
public sealed class CheckpointException(string file, string problem, Exception? inner = null)
    : Exception($"checkpoint {file}: {problem}", inner)
{
    public string File { get; } = file;
}
