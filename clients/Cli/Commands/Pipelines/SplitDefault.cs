using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>How a pipeline divides records that says nothing about it.</summary>
internal static class SplitDefault
{
    /// <summary>For validation, and for testing.</summary>
    public const double Share = 0.1;

    private const string Window = "window";

    /// <summary>Each class by its shares; but windows, which neighbours have to stay together for, by their time, or else by their group.</summary>
    /// <exception cref="CommandException">It makes windows of records that nothing orders or tells apart.</exception>
    public static SplitSpec Of(Pipeline pipeline)
    {
        var split = new SplitSpec { Seed = 1, ValidationFraction = Share, TestFraction = Share };
        if (pipeline.Transforms.FirstOrDefault(step => step.Type == Window) is not { } window)
        {
            return split;
        }

        (split.Strategy, split.Column) = (ColumnOf(pipeline, window, "time"), ColumnOf(pipeline, window, "group")) switch
        {
            ({ } time, _) => (SplitStrategy.Time, time),
            (_, { } group) => (SplitStrategy.Group, group),
            _ => throw CommandException.Usage(
                "Windows of records without a time or a group have no split that is right by itself. Say one, in the file or with --split-by: "
                + "time with the column that the records are in order of, or predefined."),
        };
        return split;
    }

    /// <summary>The column of the data that a parameter names; null when it names none, or what only a step makes.</summary>
    private static string? ColumnOf(Pipeline pipeline, Transform window, string parameter) =>
        window.Parameters?.Fields.TryGetValue(parameter, out var value) == true && value.StringValue is { Length: > 0 } name
        && !pipeline.Transforms.Any(step => step.Outputs.Contains(name) && !step.Inputs.Contains(name))
            ? name
            : null;
}
