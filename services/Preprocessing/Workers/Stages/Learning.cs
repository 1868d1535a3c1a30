using System.Text;
using Mesh.Blobs;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.V1;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>What fitting has come to, between processes.</summary>
internal static class Learning
{
    /// <summary>Stores a state: for the next pass, or, after the last one, as the fitted pipeline.</summary>
    public static async Task<Learned> StandAsync(RunInput input, FittedState state, CancellationToken cancel)
    {
        if (state.Passes == input.Pipeline.FitPasses)
        {
            var fitted = input.Pipeline.Finish(state);
            return new Learned { Passes = state.Passes, Identity = fitted.RecordStateDigest, Fitted = await input.Blobs.StoreAsync(fitted, cancel) };
        }

        var json = state.ToJson();
        return new Learned
        {
            Passes = state.Passes,
            Identity = Identity(input.Pipeline, json),
            State = state.Passes == 0 ? "" : await input.Blobs.StoreAsync(json, cancel),
        };
    }

    /// <param name="state">As <see cref="Learned"/> has it.</param>
    public static async Task<FittedState> ReadAsync(RunInput input, string state, CancellationToken cancel) =>
        state.Length == 0 ? input.Pipeline.Unfitted : input.Pipeline.ParseState(await input.Blobs.ReadAsync(state, cancel));

    /// <summary>Pipeline, columns of the data and what was learned decide what the next pass learns.</summary>
    private static string Identity(Pipeline pipeline, byte[] state) => PartitionKeys.Hash(
    [
        Encoding.UTF8.GetString(Pipeline.CanonicalBytes(pipeline.Spec)),
        .. pipeline.Sources.SelectMany(column => ((string[])[column.Kind.Word, column.Name, $"{column.ClassNames.Count}"]).Concat(column.ClassNames)),
        BlobDigest.Of(state).Hex,
    ]);
}
