namespace Mesh.Transforms.Images;

/// <summary>Why an image file was refused, phrased to follow the record's name.</summary>
internal sealed class ImageFileException(string reason, Exception? inner = null) : Exception(reason, inner);
