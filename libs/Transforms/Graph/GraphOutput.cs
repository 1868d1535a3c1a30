namespace Mesh.Transforms.Graph;

/// <summary>A column of the result.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Stored">What rows hold: an output of a step of the record stage.</param>
/// <param name="Final">After augmentation and batch steps; the same when there are none.</param>
internal sealed record GraphOutput(string Name, Port Stored, Port Final);
