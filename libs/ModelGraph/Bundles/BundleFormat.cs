using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mesh.ModelGraph.Bundles;

/// <summary>Names, order and largest sizes of the files of a bundle, format version 1.</summary>
internal static class BundleFormat
{
    public const int Version = 1;

    public const string Bundle = "bundle.json";
    public const string Model = "model.onnx";
    public const string Signature = "signature.json";
    public const string Transforms = "transforms.json";
    public const string Labels = "labels.json";

    /// <summary>In the order of the archive. bundle.json leads, so a reader knows the version before it reads on.</summary>
    public static readonly (string Name, long LargestSize)[] Files =
    [
        (Bundle, 64 << 10),
        (Model, int.MaxValue - (64 << 10)),
        (Signature, 1 << 20),
        (Transforms, 64 << 20),
        (Labels, 16 << 20),
    ];

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        MaxDepth = 32,
    };
}

/// <summary>The content of bundle.json. No time and no author: equal models have equal digests.</summary>
internal sealed record BundleHeader(int FormatVersion);
