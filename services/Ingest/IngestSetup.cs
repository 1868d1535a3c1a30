using Mesh.Ingest.Commits;
using Mesh.Ingest.Datasets;
using Mesh.Ingest.Downloads;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Imports;
using Mesh.Ingest.Quarantine;
using Mesh.Ingest.Records;
using Mesh.Ingest.Storage;
using Mesh.Ingest.Versions;
using Mesh.Ingest.Versions.Comparing;
using Mesh.Ingest.Versions.Cooling;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads;

namespace Mesh.Ingest;

public static class IngestSetup
{
    public static void AddIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IngestOptions>().BindConfiguration(IngestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddMeshDatabase<IngestDb, SqliteIngestDb, PostgresIngestDb>();
        builder.AddUploads<IngestDb, VersionReferences>(new UploadKind(IngestNames.Upload, IngestNames.Service));
        services.AddProjectContents<IngestContents>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<VersionStore>();
        services.AddSingleton<VersionTags>();
        services.AddSingleton<VersionComparison>();
        services.AddSingleton<VersionCheck>();
        services.AddSingleton<VersionCreation>();
        services.AddSingleton<PinStore>();
        services.AddSingleton<VersionUse>();
        services.AddHostedService<ColdSweep>();
        services.AddSingleton<VersionRecords>();
        services.AddSingleton<RecordStream>();
        services.AddSingleton<RecordPartitions>();
        services.AddSingleton<RecordPreview>();
        services.AddRecordFormats();
        services.AddSingleton<WorkFolder>();
        services.AddSingleton<QuarantineStore>();
        services.AddSingleton<DownloadHttp>();
        services.AddSingleton<VersionParser>();
        services.AddSingleton<CommitLeases>();
        services.AddHostedService<CommitRunner>();
        services.AddImports();
    }

    public static void MapIngest(this WebApplication app)
    {
        app.MapGrpcService<DatasetApi>();
        app.MapGrpcService<ImportApi>();
        app.MapUploads<IngestDb>("uploads.create", "files");
        app.Services.GetRequiredService<DownloadHttp>().Map(app);
    }
}
