using System.Runtime.InteropServices;
using Mesh.Inference.Tensors;
using Mesh.Inference.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Transforms;
using Mesh.Transforms.Rows;

namespace Mesh.Inference.Predictions;

/// <summary>Image files into the model's input, by the transforms that made its training data.</summary>
internal static class ImageRecords
{
    /// <summary>
    /// Decodes and transforms each image into its row of <paramref name="destination"/> (float32). Several images are decoded
    /// on several processors, one on the calling thread.
    /// </summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming each image that cannot be read.</exception>
    public static async Task ReadAsync(
        ImageClassifier classifier, Instance[] instances, int firstIndex, TensorMemory destination, CancellationToken cancel)
    {
        var problems = new string?[instances.Length];
        if (instances.Length == 1)
        {
            problems[0] = Read(classifier, instances[0], 0, destination);
        }
        else
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel };
            await Task.Run(() => Parallel.For(0, instances.Length, options, i => problems[i] = Read(classifier, instances[i], i, destination)), cancel);
        }

        var violations = new Violations();
        for (var i = 0; i < problems.Length; i++)
        {
            if (problems[i] is { } problem)
            {
                violations.Add($"instances[{firstIndex + i}].image", problem);
            }
        }

        violations.ThrowIfAny();
    }

    /// <returns>Why the image cannot be used; null when it can.</returns>
    private static string? Read(ImageClassifier classifier, Instance instance, int row, TensorMemory destination)
    {
        using var rows = RowBatch.Rent(classifier.Pipeline.Columns, 1);
        try
        {
            classifier.Pipeline.ApplyRecord(classifier.Record(instance.Image.Memory), rows[0]);
            var floats = MemoryMarshal.Cast<byte, float>(destination.Span).Slice(row * classifier.RowLength, classifier.RowLength);
            classifier.Batch.Apply(rows.Column(0).Span, 1, floats);
            return null;
        }
        catch (TransformException e)
        {
            return $"{e.Transform}: {e.Reason}";
        }
    }
}
