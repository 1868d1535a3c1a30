using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Inference.V1;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Tour;

/// <summary>What serving answered, held against what the trainer answered for the same images.</summary>
/// <param name="Mismatches">Answers whose best class is not the trainer's.</param>
/// <param name="OtherVersion">Answers of another model version.</param>
/// <param name="Accuracy">Share of answers that are the true label.</param>
/// <param name="Replicas">How many answers came from which replica.</param>
internal sealed record Served(int Requests, int Mismatches, int OtherVersion, double Accuracy, IReadOnlyDictionary<string, int> Replicas);

/// <summary>Asks the deployment about every test image, one PNG a request.</summary>
internal static class ServeStage
{
    private const int InFlight = 32;
    private const string ReplicaHeader = "mesh-replica";

    public static Task<Served> RunAsync(TourRun tour, TrainingRun training) => tour.StageAsync("serve", async stage =>
    {
        var expected = await ExpectedAsync(tour, training);
        var data = tour.Data;
        var (done, mismatches, otherVersion, correct) = (0, 0, 0, 0);
        var replicas = new ConcurrentDictionary<string, int>();
        var start = Stopwatch.GetTimestamp();
        var options = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = tour.Command.Cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, data.TestCount), options, async (image, cancel) =>
        {
            var (answer, replica) = await AskAsync(tour, data.TestPng(image), cancel);
            var best = answer.Predictions is [{ Classes: [var first, ..] }] ? first.Index : -1;
            Count(ref mismatches, best != expected.Predicted[image]);
            Count(ref correct, best == data.TestLabels[image]);
            Count(ref otherVersion, Names.Id(answer.ModelVersion) != Names.Id(training.ModelVersion));
            replicas.AddOrUpdate(replica, 1, (_, n) => n + 1);
            var now = Interlocked.Increment(ref done);
            var rate = now / Stopwatch.GetElapsedTime(start).TotalSeconds;
            stage.Report(now, data.TestCount, $"{Amount.Count(now)} of {Amount.Count(data.TestCount)} images, {rate:N0} a second, {mismatches} mismatches");
        });
        return new Served(done, mismatches, otherVersion, (double)correct / data.TestCount, replicas.ToDictionary());
    });

    private static async Task<(PredictResponse Answer, string Replica)> AskAsync(TourRun tour, byte[] png, CancellationToken cancel)
    {
        var request = new PredictRequest { Name = tour.Name("deployments"), Instances = { new Instance { Image = UnsafeByteOperations.UnsafeWrap(png) } }, TopK = 1 };
        AsyncUnaryCall<PredictResponse>? call = null;
        var answer = await tour.Command.Mesh.PatientlyAsync(mesh => call = mesh.Predictions.PredictAsync(request, cancellationToken: cancel), cancel);
        var headers = await call!.ResponseHeadersAsync;
        return (answer, headers.GetValue(ReplicaHeader) ?? call.GetTrailers().GetValue(ReplicaHeader) ?? "unnamed");
    }

    private static async Task<TestPredictions> ExpectedAsync(TourRun tour, TrainingRun training)
    {
        var request = new GetTestPredictionsRequest { Name = training.Name };
        var expected = await tour.Command.Mesh.PatientlyAsync(
            mesh => mesh.Training.GetTestPredictionsAsync(request, cancellationToken: tour.Command.Cancel), tour.Command.Cancel);
        // Rows are compared by position, so both sides must mean the same image by it.
        return expected.Label.SequenceEqual(tour.Data.TestLabels.Select(label => (int)label)) && expected.Predicted.Count == expected.Label.Count
            ? expected
            : throw CommandException.Failed($"{training.Name} tested {expected.Label.Count} rows that are not the {tour.Data.TestCount} test images in their order.");
    }

    private static void Count(ref int counter, bool holds)
    {
        if (holds)
        {
            Interlocked.Increment(ref counter);
        }
    }
}
