using Mesh.Transforms.Graph;
using Mesh.Transforms.Labels;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Detection;

/// <summary>The class names of the boxes of the training records.</summary>
internal sealed class BoxLabelFit(StepContext step) : LabelFit(step)
{
    public override void Check(WorkingRecord record)
    {
        if (record[Slot].IsMissing)
            return;
        foreach (ref readonly var box in record[Slot].Boxes)
        {
            if (box.Label.Length > 0)
                Check(record, box.Label);
        }
    }

    public override void Observe(WorkingRecord record)
    {
        if (record[Slot].IsMissing)
            return;
        foreach (ref readonly var box in record[Slot].Boxes)
        {
            if (box.Label.Length > 0)
                Add(box.Label);
        }
    }
}
