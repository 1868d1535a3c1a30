using Mesh.Transforms.Batches;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms;

/// <summary>
/// One transform: how it is described, fitted and applied. A new one is a class of this kind in its own file and a line in
/// <see cref="TransformCatalog"/>. Definitions hold no state; what a pipeline configures or learns is passed in.
/// </summary>
public abstract class TransformDefinition
{
    private protected TransformDefinition()
    {
    }

    /// <summary>Name used in pipeline specs, such as <c>resize</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Raised with every change that alters output; part of the cache key of what was made with it.</summary>
    public abstract int Version { get; }

    /// <summary>When it runs.</summary>
    public abstract TransformStage Stage { get; }

    /// <summary>One sentence for people.</summary>
    public abstract string Summary { get; }

    /// <summary>Every parameter it takes.</summary>
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>Whether a pipeline may hold it more than once.</summary>
    public virtual bool Repeatable => false;

    /// <summary>Rules between parameters; called only when each parameter is valid by itself.</summary>
    internal virtual IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values) => [];

    /// <summary>A fresh, empty fit; null when there is nothing to learn from the data.</summary>
    internal virtual IFit? NewFit(ParameterValues values) => null;

    /// <summary>The step on one record's image that needs no fitting; null when there is none.</summary>
    internal virtual Action<WorkingRecord>? BindImage(ParameterValues values) => null;

    /// <summary>The step on one record that needs what was fitted; null when there is none. Only called on what has a fit.</summary>
    internal virtual Action<WorkingRecord>? BindFitted(ParameterValues values, JsonFields fitted) => null;

    /// <summary>Adds this transform's per-channel arithmetic to that of the transforms before it; only called on what has a fit.</summary>
    internal virtual ChannelAffine BindBatch(ParameterValues values, JsonFields fitted, ChannelAffine before) => before;
}
