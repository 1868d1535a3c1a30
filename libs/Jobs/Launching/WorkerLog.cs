namespace Mesh.Jobs.Launching;

/// <summary>The log of a job, or the folder with those of its parts.</summary>
/// <param name="Written">When something was last written there, or a part added.</param>
internal sealed record WorkerLog(string JobName, bool IsOfParts, DateTimeOffset Written);
