using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Arrow;
using Mesh.Ingest.Formats.Coco;
using Mesh.Ingest.Formats.Delimited;
using Mesh.Ingest.Formats.Detection;
using Mesh.Ingest.Formats.Idx;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Formats.Json;
using Mesh.Ingest.Formats.Parquet;
using Mesh.Ingest.Formats.Sentences;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.Formats.Yolo;

namespace Mesh.Ingest.Formats;

internal static class FormatRegistration
{
    /// <summary>Every format there is.</summary>
    public static IServiceCollection AddRecordFormats(this IServiceCollection services) => services
        .AddSingleton<IRecordFormat, IdxFormat>()
        .AddSingleton<IRecordFormat, ImageFolderFormat>()
        .AddSingleton<IRecordFormat, DelimitedFormat>()
        .AddSingleton<IRecordFormat, JsonLinesFormat>()
        .AddSingleton<IRecordFormat, JsonArrayFormat>()
        .AddSingleton<IRecordFormat, ParquetFormat>()
        .AddSingleton<IRecordFormat, ArrowFormat>()
        .AddSingleton<IRecordFormat, TextFolderFormat>()
        .AddSingleton<IRecordFormat, CocoFormat>()
        .AddSingleton<IRecordFormat, YoloFormat>()
        .AddSingleton<IRecordFormat, SentencePairsFormat>()
        .AddSingleton<Spool>()
        .AddSingleton<FormatFinder>()
        .AddSingleton<RecordFormats>();
}
