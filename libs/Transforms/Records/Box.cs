namespace Mesh.Transforms.Records;

/// <summary>A labelled rectangle on an image, in pixels of the image as it is stored, before any EXIF orientation is applied; the left upper corner is (0, 0).</summary>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">To the right.</param>
/// <param name="Height">Downwards.</param>
/// <param name="Label">What is in it; empty for none.</param>
public readonly record struct Box(double X, double Y, double Width, double Height, string Label);
