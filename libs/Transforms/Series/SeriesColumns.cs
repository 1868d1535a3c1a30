using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Series;

/// <summary>What makes series of the records of the data, where rows are of several records that follow each other in one.</summary>
/// <param name="Step">What errors call the step that makes these rows.</param>
/// <param name="Time">The column of the data by which records ascend; null when nothing says it, or a step makes it.</param>
/// <param name="Group">The column of the data whose values tell series apart; null when there is one series, or a step makes it.</param>
/// <param name="IsGrouped">Whether there are several series.</param>
public sealed record SeriesColumns(string Step, RecordColumn? Time, RecordColumn? Group, bool IsGrouped)
{
    /// <summary>Those of a spec, whatever else is wrong with it; null when rows are not of several records.</summary>
    public static SeriesColumns? Of(PipelineSpec spec, RecordSchema schema)
    {
        if (spec.Transforms.Count > PipelineSpec.MaximumTransforms)
            return null;
        Draft[] drafts = [.. spec.Transforms.Select((transform, i) => Draft.Read(transform, i, TransformCatalog.Standard))];
        Wiring.Of(drafts, schema);
        if (Array.Find(drafts, draft => draft is { Definition: SequenceTransform { SpansRecords: true }, Values: not null }) is not { } step)
            return null;

        var (time, group) = ((SequenceTransform)step.Definition!).Series(step.Values!);
        return new(step.Spec.Name.Length > 0 ? step.Spec.Name : step.Spec.Type, OfData(time), OfData(group), group.Length > 0);

        RecordColumn? OfData(string name) => Array.IndexOf(step.Inputs, name) is >= 0 and var input && step.Ports[input].IsSource && schema.IndexOf(name) is >= 0 and var place
            ? schema.Columns[place]
            : null;
    }
}
