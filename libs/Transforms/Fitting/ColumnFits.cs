using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Fitting;

/// <summary>The fit of a step that learns from each of its inputs by itself. It comes to <c>{"columns": [{…}, …]}</c>, in the order of the inputs.</summary>
internal sealed class ColumnFits : IFit
{
    private const string Columns = "columns";

    private readonly ColumnFit[] fits;

    /// <param name="step">Bound, with slots.</param>
    /// <param name="make">An empty fit of an input.</param>
    public ColumnFits(StepContext step, Func<int, ColumnFit> make) => fits = [.. Enumerable.Range(0, step.Inputs.Count).Select(make)];

    /// <summary>What each input of a fitted step taught.</summary>
    /// <exception cref="PipelineSpecException">There are more or fewer than inputs.</exception>
    public static IReadOnlyList<JsonFields> Read(StepContext step)
    {
        var found = step.Fitted!.Objects(Columns);
        return found.Count == step.Inputs.Count ? found : throw step.Fitted.Wrong(Columns, $"must have {step.Inputs.Count} entries, one for each input");
    }

    public void Check(WorkingRecord record)
    {
        foreach (var fit in fits)
            fit.Check(record);
    }

    public void Observe(WorkingRecord record)
    {
        foreach (var fit in fits)
            fit.Observe(record);
    }

    public void Merge(IFit other)
    {
        foreach (var (mine, more) in fits.Zip(((ColumnFits)other).fits))
            mine.Merge(more);
    }

    public void Save(FitWriter state)
    {
        foreach (var fit in fits)
            fit.Save(state);
    }

    public void Load(FitReader state)
    {
        foreach (var fit in fits)
            fit.Load(state);
    }

    public JsonObject Complete(StepContext step) => new() { [Columns] = new JsonArray([.. fits.Select(fit => fit.Complete())]) };
}
