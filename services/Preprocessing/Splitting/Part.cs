namespace Mesh.Preprocessing.Splitting;

/// <summary>Which part of the data a record belongs to. The numbers are those of an <see cref="Assignment"/>.</summary>
internal enum Part : byte
{
    Train,
    Validation,
    Test,

    /// <summary>None: it is left out.</summary>
    Dropped,
}

internal static class Parts
{
    /// <summary>Those that a result has, in the order in which it lists them.</summary>
    public static readonly IReadOnlyList<Part> Kept = [Part.Train, Part.Validation, Part.Test];

    extension(Part part)
    {
        /// <summary>As results have it: "validation".</summary>
        public string Word => part.ToString().ToLowerInvariant();
    }

    /// <summary>What data calls its parts, in any case; null for other words.</summary>
    public static Part? Parse(string word) => word.Trim().ToLowerInvariant() switch
    {
        "train" or "training" => Part.Train,
        "validation" or "valid" or "val" or "dev" => Part.Validation,
        "test" or "testing" => Part.Test,
        _ => null,
    };
}
