namespace Mesh.Ingest.Formats.Detection;

/// <summary>What one file is, by its first bytes.</summary>
internal enum ContentKind
{
    /// <summary>No bytes at all; fits everywhere.</summary>
    Empty,
    Idx,
    Image,
    Parquet,
    Arrow,

    /// <summary>A compiled gettext catalogue.</summary>
    Mo,

    /// <summary>A gettext catalogue as text.</summary>
    Po,

    /// <summary>A JSON object with images, annotations and categories.</summary>
    Coco,
    Json,
    JsonLines,

    /// <summary>Lines of "class x y width height".</summary>
    YoloLabels,

    /// <summary>Lists of class names beside images: data.yaml, classes.txt, obj.names.</summary>
    ClassNames,

    /// <summary>Lines with the same number of fields.</summary>
    Delimited,
    Text,

    /// <summary>None of these.</summary>
    Unknown,
}
