using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Series;

/// <summary>What each input of a <see cref="Window"/> is.</summary>
/// <param name="Features">What a window holds.</param>
/// <param name="Targets">What comes after it.</param>
/// <param name="Time">Place of the input that orders records; −1 for none.</param>
/// <param name="Group">Place of the input that tells series apart; −1 for none.</param>
internal sealed record WindowRoles(WindowColumns Features, WindowColumns Targets, int Time, int Group)
{
    /// <summary>By their names; what is wrong with them goes to the step's problems.</summary>
    public static WindowRoles Of(StepContext step)
    {
        var (time, group) = (Find(step, step.Values.Text("time"), "time"), Find(step, step.Values.Text("group"), "group"));
        if (time >= 0)
            step.Takes(time, ColumnKind.Timestamp, ColumnKind.Integer, ColumnKind.Number);
        if (group >= 0)
            step.Takes(group, ColumnKind.Text, ColumnKind.Integer, ColumnKind.Boolean);

        var targets = FindAll(step, "targets");
        var features = FindAll(step, "features");
        if (step.Values.Names("features").Length == 0)
            features = [.. Enumerable.Range(0, step.Inputs.Count).Where(input => input != time && input != group)];
        foreach (var input in features.Union(targets).Where(input => !WindowColumns.Fits(step.Inputs[input])))
            step.Refuse(input, "must be a number or a float32 vector");
        for (var input = 0; input < step.Inputs.Count; input++)
        {
            if (input != time && input != group && !features.Contains(input) && !targets.Contains(input))
                step.Refuse(input, "has no part in it: features and targets do not name it");
        }

        return new(new(step, features), new(step, targets), time, group);
    }

    private static int[] FindAll(StepContext step, string parameter) =>
        [.. step.Values.Names(parameter).Select(name => Find(step, name, parameter)).Where(input => input >= 0)];

    private static int Find(StepContext step, string name, string parameter)
    {
        var input = name.Length == 0 ? -1 : step.InputNames.ToList().IndexOf(name);
        if (name.Length > 0 && input < 0)
            step.Problems.Add((0, $"and the others have none called '{SpecViolation.Shorten(name)}', which {parameter} names"));
        return input;
    }
}
