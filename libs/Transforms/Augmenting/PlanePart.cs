namespace Mesh.Transforms.Augmenting;

/// <summary>A rectangle of an image, in pixels.</summary>
internal readonly record struct PlanePart(int Left, int Top, int Width, int Height);
