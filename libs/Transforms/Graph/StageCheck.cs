using Mesh.Transforms.Augmenting;

namespace Mesh.Transforms.Graph;

/// <summary>Which stage may read which, and what a step that makes rows of records leaves the others.</summary>
internal static class StageCheck
{
    public static void Of(PipelineGraph graph, IReadOnlyList<Draft> drafts)
    {
        if (CheckOrder(graph, Draft))
        {
            CheckStored(graph, Draft);
            CheckMixing(graph, Draft);
            BoxCheck.Of(graph, Draft);
        }

        if (graph.SequenceStep >= 0)
            CheckSequence(graph, Draft);

        Draft Draft(GraphStep step) => drafts[step.Index];
    }

    /// <returns>Whether no step reads what comes later.</returns>
    private static bool CheckOrder(PipelineGraph graph, Func<GraphStep, Draft> draft)
    {
        var ordered = true;
        foreach (var step in graph.Steps)
        {
            for (var input = 0; input < step.Inputs.Length; input++)
            {
                if (step.Inputs[input].IsSource)
                {
                    if (step.Definition.Stage != TransformStage.Record)
                    {
                        ordered = false;
                        draft(step).Refuse($".inputs[{input}]", $"'{step.InputNames[input]}' is a column of the data, and {step.Definition.Type} runs {When(step)}; "
                            + "a step that runs on records has to come before it");
                    }

                    continue;
                }

                if (graph.Steps[step.Inputs[input].Step] is not { } from || from.Definition.Stage <= step.Definition.Stage)
                    continue;
                ordered = false;
                draft(step).Refuse($".inputs[{input}]", $"'{step.InputNames[input]}' comes from {draft(from).Described}, "
                    + $"which runs {When(from)}; {step.Definition.Type} runs {When(step)} and must come before it");
            }
        }

        return ordered;
    }

    private static void CheckStored(PipelineGraph graph, Func<GraphStep, Draft> draft)
    {
        var stored = graph.Outputs.Select(output => output.Stored).ToHashSet();
        foreach (var step in graph.Steps.Where(step => step.Definition.Stage != TransformStage.Record))
        {
            for (var input = 0; input < step.Inputs.Length; input++)
            {
                if (!stored.Contains(graph.StoredUnder(step.Inputs[input])))
                    draft(step).Refuse($".inputs[{input}]", $"'{step.InputNames[input]}' is not in the result, and {step.Definition.Type} runs {When(step)}");
            }
        }
    }

    /// <summary>Batches are mixed once, after everything that is done to each of their rows.</summary>
    private static void CheckMixing(PipelineGraph graph, Func<GraphStep, Draft> draft)
    {
        var mixing = graph.Steps.Where(step => step.Definition is Mixup).ToArray();
        foreach (var again in mixing.Skip(1))
            draft(again).Refuse(".type", $"{draft(mixing[0]).Described} mixes the batch already");
        foreach (var step in graph.Steps.Where(step => step.Definition is AugmentTransform))
        {
            if (step.Inputs.Any(input => !input.IsSource && graph.Steps[input.Step].Definition is Mixup))
                draft(step).Refuse(".inputs[0]", $"'{step.InputNames[0]}' comes from mixup, which is the last of the augmentations; put {step.Definition.Type} before it");
        }
    }

    private static string When(GraphStep step) => step.Definition.Stage switch
    {
        TransformStage.Record => "on records",
        TransformStage.Augment => "on rows in training",
        _ => "on batches",
    };

    private static void CheckSequence(PipelineGraph graph, Func<GraphStep, Draft> draft)
    {
        var sequence = graph.Steps[graph.SequenceStep];
        var after = graph.After(graph.SequenceStep);
        for (var i = 0; i < graph.Steps.Count; i++)
        {
            var step = graph.Steps[i];
            if (i != graph.SequenceStep && step.Definition is SequenceTransform)
            {
                draft(step).Refuse(".type", $"{step.Definition.Type} makes rows of records, as {draft(sequence).Described} does; "
                    + "a pipeline has one such step");
            }

            if (after[i] && graph.SpansRecords && step.HasFit)
            {
                draft(step).Refuse(".type", $"{step.Definition.Type} is fitted, and comes after {draft(sequence).Described}, whose rows span records; "
                    + "put it before");
            }

            for (var input = 0; after[i] && i != graph.SequenceStep && input < step.Inputs.Length; input++)
            {
                if (step.Inputs[input].IsSource || !after[step.Inputs[input].Step])
                {
                    draft(step).Refuse($".inputs[{input}]", $"'{step.InputNames[input]}' is of a record, and {step.Definition.Type} runs on rows "
                        + $"that {draft(sequence).Described} makes; give it to that step too");
                }
            }
        }

        foreach (var output in graph.Outputs.Where(output => !output.Stored.IsSource && !after[output.Stored.Step]))
        {
            var step = draft(graph.Steps[output.Stored.Step]);
            step.Refuse($".outputs[{output.Stored.Index}]", $"'{output.Name}' is of a record, and rows are what {draft(sequence).Described} makes; "
                + "give it to that step");
        }
    }
}
