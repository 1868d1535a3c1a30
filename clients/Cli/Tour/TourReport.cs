using System.Text.Json;
using Mesh.Cli.Output;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Tour;

/// <summary>What a tour measured; its JSON form is read by programs.</summary>
internal sealed record TourReport(
    long TrainImages, long TestImages, double TestAccuracy, double OnnxMaxAbsDiff, ServedFigures Served, string Model, IReadOnlyList<StageTime> Stages)
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static TourReport Of(TourRun tour, TrainingRun training, Served served) => new(
        tour.Data.TrainCount, tour.Data.TestCount, training.Evaluation.TestAccuracy, training.Evaluation.OnnxMaxAbsDiff,
        new(served.Requests, served.Mismatches, served.Accuracy), training.ModelVersion, tour.Times);

    public string ToJson() => JsonSerializer.Serialize(this, SnakeCase);

    public void Write(TextWriter output, Served served)
    {
        output.WriteLine();
        TextTable.WriteFields(output,
        [
            ("images", $"{Amount.Count(TrainImages)} to train, {Amount.Count(TestImages)} to test"),
            ("test accuracy", Amount.Percent(TestAccuracy)),
            ("onnx max abs diff", OnnxMaxAbsDiff.ToString("0.0e+0")),
            ("served", $"{Amount.Count(Served.Requests)} requests, {Served.Mismatches} mismatches with the trainer, accuracy {Amount.Percent(Served.Accuracy)}"),
            ("replicas", string.Join(", ", served.Replicas.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key} answered {Amount.Count(r.Value)}"))),
            ("model", Model),
            ("seconds", string.Join(", ", Stages.Select(stage => $"{stage.Name} {stage.Seconds:0.0}")) + $", all {Stages.Sum(stage => stage.Seconds):0.0}"),
        ]);
    }

    /// <summary>What did not hold; empty when all is well.</summary>
    public IEnumerable<string> Problems(Served served)
    {
        if (Served.Requests != TestImages)
        {
            yield return $"{Served.Requests} of {TestImages} test images were answered";
        }

        if (Served.Mismatches > 0)
        {
            yield return $"{Served.Mismatches} answers differ from the trainer's own";
        }

        if (served.OtherVersion > 0)
        {
            yield return $"{served.OtherVersion} answers came from another version than {Model}";
        }
    }
}

internal sealed record ServedFigures(int Requests, int Mismatches, double Accuracy);
