using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>Formats as the contract spells them: "DATA_FORMAT_CSV".</summary>
internal static class FormatNames
{
    public static string Of(DataFormat format) =>
        DatasetServiceReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(DataFormat)).FindValueByNumber((int)format).Name;
}
