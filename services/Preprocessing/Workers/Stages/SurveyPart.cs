using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>Reads what decides where the records of a partition belong.</summary>
internal static class SurveyPart
{
    public static async Task<PartitionResult> RunAsync(RunInput input, SurveyPartition work, CancellationToken cancel)
    {
        var path = Path.Combine(input.Folder, "facts");
        await using (var file = File.Create(path))
        {
            await Survey.WriteAsync(input, [work.Partition], file, cancel);
        }

        return new PartitionResult { Facts = await input.Blobs.StoreFileAsync(path, cancel) };
    }
}
