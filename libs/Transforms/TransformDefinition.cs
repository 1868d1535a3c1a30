using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms;

/// <summary>
/// One transform: how it is described, fitted and applied. Definitions hold no state; what a pipeline configures or learns is passed in.
/// <para><b>How to add a transform.</b> A class in a file of its own, in the folder of its subject, and a line in <see cref="TransformCatalog"/>.
/// Derive it from the class that says when it runs:</para>
/// <list type="bullet">
/// <item><see cref="RecordTransform"/>: from values of one record to values, once, before rows are stored. Most are of this kind.</item>
/// <item><see cref="SequenceTransform"/>: rows of several records (windows over a time series), or several rows of one (the frames of a film).</item>
/// <item><see cref="AugmentTransform"/>: changes stored rows at random in training, never in serving; <see cref="Augmenting.ImageAugmentation"/> for images, with boxes.</item>
/// <item><see cref="BatchTransform"/>: from stored uint8 rows to float32, at each use.</item>
/// </list>
/// <para><b>Columns.</b> <see cref="DefaultInputs"/> are what the step reads when the spec names nothing; without them the spec has to.
/// <see cref="MinimumInputs"/> and <see cref="MaximumInputs"/> bound how many there may be. <see cref="DefaultOutputs"/> says how many columns come
/// out, and their names when the spec has none: in place, one for each input, unless you override it. <see cref="IsTarget"/> says which inputs are
/// what a model is to find out.</para>
/// <para><b>Types.</b> <see cref="Infer"/> says what comes out of what goes in. It is called when a spec is checked (with inputs of unknown kind when
/// nobody has said what the data is, so check with <see cref="StepContext.Takes"/> and the like, which let those pass), again when the data is known,
/// and again with <see cref="StepContext.Fitted"/>. A tensor whose shape depends on what is learned has no shape until then, and must have one then.
/// A result is a tensor, or pixels; anything else has to be made one by a later step.</para>
/// <para><b>Values.</b> Numbers, texts and lists are <see cref="Records.RecordValue"/>s, read from a working record by slot and set by slot; any may
/// be missing. Elements of a tensor are written to the span the record gives for its slot (the row itself, when the tensor is a result), all of them
/// each time: the span holds what an earlier record left. Decoded images are <see cref="Images.PixelBuffer"/>s, of one frame or several: <see cref="Images.PixelBuffer.EachFrame"/>
/// changes them alike, and <see cref="StepContext.PixelsLike"/> infers that. A step that moves pixels composes
/// <see cref="Images.PixelBuffer.Geometry"/>, and one that hands on what it got calls <see cref="Images.PixelBuffer.Share"/>. Refuse a record
/// with <see cref="StepContext.Error"/>: a sentence that follows the record's name, without values of secrets or paths. Bound steps run on many
/// threads at once: look everything up in Bind, keep no state, and allocate nothing per record where speed matters.</para>
/// <para><b>Fitting.</b> When <see cref="HasFit"/>, <see cref="NewFit"/> gives an empty <see cref="IFit"/>. It sees the training records after all
/// steps before it, in the first pass in which nothing before it is unfitted. Its state must not depend on the order or grouping of what it saw:
/// integers and sets are exact, sums of float64 are not (add them as integers of a fixed scale, or use an exact accumulator). What it comes to is a small
/// JSON object, which comes back as <see cref="StepContext.Fitted"/>; read every field of it strictly: the rest is refused for you. A fit whose parameters
/// say everything <see cref="Observes"/> nothing, so that nobody reads the data for it.</para>
/// <para><b>Versions.</b> Raise <see cref="Version"/> with every change that alters output. Everything must be a function of parameters, fitted state
/// and record: no clock, no culture, no random numbers but those an augmentation is given.</para>
/// <para><b>Parameters</b> are declared once, with bounds and a sentence for people; declare none whose default would be wrong silently.</para>
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

    /// <summary>Columns it reads when a spec names none; empty when a spec must name them.</summary>
    public virtual IReadOnlyList<string> DefaultInputs => [];

    /// <summary>Fewest columns it reads.</summary>
    public virtual int MinimumInputs => Math.Max(1, DefaultInputs.Count);

    /// <summary>Most columns it reads.</summary>
    public virtual int MaximumInputs => Math.Max(1, DefaultInputs.Count);

    /// <summary>Whether its output depends on the version of the image library.</summary>
    public virtual bool UsesImageLibrary => false;

    /// <summary>Whether it only looks at an input, which is then in the result all the same when a spec names no outputs.</summary>
    internal virtual bool LooksAt(int input) => false;

    /// <summary>Whether an input is what a model is to find out, such as a class or the boxes of an image: two records that differ in it alone are equal to a model.</summary>
    internal virtual bool IsTarget(int input) => false;

    /// <summary>Whether parameters name columns that it reads, so that what these are called decides the output.</summary>
    internal virtual bool NamesInputs => false;

    /// <summary>Columns it writes when a spec names none; as many as it always writes.</summary>
    internal virtual IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs) => inputs;

    /// <summary>The same, for what writes more or fewer columns with some parameters.</summary>
    internal virtual IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs, ParameterValues values) => DefaultOutputs(inputs);

    /// <summary>Rules between parameters; called only when each parameter is valid by itself.</summary>
    internal virtual IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values) => [];

    /// <summary>What comes out, one type for each output; problems with inputs go to the context.</summary>
    internal abstract IReadOnlyList<ColumnType> Infer(StepContext step);

    /// <summary>Whether there is something to learn from the data.</summary>
    internal virtual bool HasFit(ParameterValues values) => false;

    /// <summary>Whether its fit looks at records; if not, it comes to what the parameters and the types of the inputs say.</summary>
    internal virtual bool Observes(ParameterValues values) => true;

    /// <summary>A fresh, empty fit; called only when there is one. The context has the slots of the inputs.</summary>
    internal virtual IFit NewFit(StepContext step) => throw new NotSupportedException($"{Type} is not fitted.");
}
