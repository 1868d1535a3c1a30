using Mesh.Shards;

namespace Mesh.Transforms.Graph;

/// <summary>Element types in words, as JSON has them: <c>uint8</c>, <c>float32</c>.</summary>
internal static class ElementWords
{
    extension(ElementType type)
    {
        public string Word => type.ToString().ToLowerInvariant();
    }
}
