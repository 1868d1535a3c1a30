using Grpc.Core;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Ingest.Tests.Imports;

/// <summary>What a client does with imports, in one call each.</summary>
internal static class ImportCalls
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Import> StartAsync(this ImportService.ImportServiceClient imports, string uri, string[]? include = null, string requestId = "") =>
        await imports.CreateImportAsync(
            new CreateImportRequest { Parent = IngestCalls.Project, Import = new Import { SourceUri = uri, Include = { include ?? [] } }, RequestId = requestId },
            cancellationToken: Cancel);

    public static async Task<Import> GetAsync(this ImportService.ImportServiceClient imports, string name) =>
        await imports.GetImportAsync(new GetImportRequest { Name = name }, cancellationToken: Cancel);

    public static async Task<Import> EndAsync(this ImportService.ImportServiceClient imports, string name)
    {
        using var call = imports.WatchImport(new WatchImportRequest { Name = name }, deadline: DateTime.UtcNow.AddMinutes(2), cancellationToken: Cancel);
        Import? last = null;
        await foreach (var state in call.ResponseStream.ReadAllAsync(Cancel))
        {
            last = state;
        }

        return last!;
    }

    public static async Task<Import> RunAsync(this ImportService.ImportServiceClient imports, string uri, params string[] include) =>
        await imports.EndAsync((await imports.StartAsync(uri, include)).Name);

    /// <summary>The violation of import.source_uri with which a create is refused.</summary>
    public static async Task<string> RefusedAsync(this ImportService.ImportServiceClient imports, string uri, params string[] include)
    {
        var (code, _, error) = await IngestCalls.FailsAsync(() => imports.StartAsync(uri, include));
        Assert.Equal(StatusCode.InvalidArgument, code);
        return error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations[0].ToString();
    }

    public static async Task<List<Upload>> UploadsAsync(this DatasetService.DatasetServiceClient datasets, Import import)
    {
        var uploads = new List<Upload>();
        foreach (var name in import.Uploads)
        {
            uploads.Add(await datasets.GetUploadAsync(name));
        }

        return uploads;
    }
}
