using Mesh.Transforms.Augmenting;
using Mesh.Transforms.Detection;

namespace Mesh.Transforms.Graph;

/// <summary>Boxes in a result have to lie on the image as it is in the result, and to go wherever it is moved.</summary>
internal static class BoxCheck
{
    public static void Of(PipelineGraph graph, Func<GraphStep, Draft> draft)
    {
        foreach (var boxes in graph.Outputs.Where(output => graph.Steps[output.Stored.Step].Definition is Boxes))
        {
            var step = graph.Steps[boxes.Stored.Step];
            var image = step.Inputs[Boxes.Image];
            if (graph.Outputs.Any(output => output.Stored == image))
                CheckMoves(graph, boxes, image, draft);
            else if (graph.Steps.FirstOrDefault(other => other.Definition is RecordTransform and not Boxes && other.Inputs.Contains(image)) is { } later)
                draft(step).Refuse($".inputs[{Boxes.Image}]", $"'{step.InputNames[Boxes.Image]}' is changed afterwards by {draft(later).Described}; put boxes behind it");
        }
    }

    private static void CheckMoves(PipelineGraph graph, GraphOutput boxes, Port image, Func<GraphStep, Draft> draft)
    {
        foreach (var step in graph.Steps.Where(step => step.Definition is ImageAugmentation { MovesPixels: true } && graph.StoredUnder(step.Inputs[0]) == image))
        {
            if (step.Inputs.Length < 2 || graph.StoredUnder(step.Inputs[1]) != boxes.Stored)
                draft(step).Refuse(".inputs", $"moves '{step.InputNames[0]}' without '{boxes.Name}'; name both, the image first");
        }
    }
}
