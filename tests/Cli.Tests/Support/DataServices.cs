using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Uploads.V1;
using Microsoft.AspNetCore.Http;

namespace Mesh.Cli.Tests.Support;

internal sealed class Projects(MeshState state) : ProjectService.ProjectServiceBase
{
    public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) =>
        Task.FromResult(request.Name == "projects/default" ? new Project { Name = request.Name } : state.Get<Project>(request.Name));

    public override Task<Project> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        if (request.ProjectId.Any(char.IsUpper))
        {
            throw MeshState.Refusal(Code.InvalidArgument, "INVALID_ARGUMENT", "project_id: use lower-case letters. project.display_name: is too long.",
                ("project_id", "use lower-case letters."), ("project.display_name", "is too long."));
        }

        var project = new Project { Name = $"projects/{request.ProjectId}", DisplayName = request.Project.DisplayName, State = ProjectState.Active };
        state.Put(project.Name, project);
        return Task.FromResult(project);
    }

    public override Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListProjectsResponse { Projects = { state.All<Project>("projects/") } });

    public override Task<Empty> DeleteProject(DeleteProjectRequest request, ServerCallContext context) =>
        throw MeshState.Refusal(Code.FailedPrecondition, "PROJECT_NOT_EMPTY", $"{request.Name} still holds 2 datasets.");
}

internal sealed class Datasets(MeshState state) : DatasetService.DatasetServiceBase
{
    public override Task<Dataset> CreateDataset(CreateDatasetRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "datasets", () =>
    {
        var dataset = new Dataset(request.Dataset) { Name = $"{request.Parent}/datasets/{request.DatasetId}" };
        state.Put(dataset.Name, dataset);
        return dataset;
    }));

    public override Task<Dataset> GetDataset(GetDatasetRequest request, ServerCallContext context) => Task.FromResult(state.Get<Dataset>(request.Name));

    public override Task<ListDatasetsResponse> ListDatasets(ListDatasetsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDatasetsResponse { Datasets = { state.All<Dataset>($"{request.Parent}/datasets/") } });

    public override Task<Upload> CreateUpload(CreateUploadRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "uploads", () =>
    {
        var upload = new Upload(request.Upload) { Name = $"{request.Parent}/uploads/{Guid.NewGuid():n}", State = UploadState.Active };
        state.Put(upload.Name, upload);
        state.Uploads[upload.Name] = [];
        return upload;
    }));

    /// <summary>"PUT /v1/{upload}/content"</summary>
    public static async Task PutAsync(HttpContext http, MeshState state)
    {
        var name = http.Request.Path.Value!["/v1/".Length..^"/content".Length];
        try
        {
            var upload = state.Get<Upload>(name);
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            state.Uploads[name].AddRange(body.ToArray());
            upload.CommittedBytes = body.Length;
            state.MaybeRestart("upload");
            http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            http.Response.Headers.Range = $"bytes=0-{upload.CommittedBytes - 1}";
        }
        catch (RpcException)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    public override Task<ListUploadsResponse> ListUploads(ListUploadsRequest request, ServerCallContext context) => Task.FromResult(new ListUploadsResponse
    {
        Uploads = { state.All<Upload>($"{request.Parent}/uploads/").Where(u => request.State == UploadState.Unspecified || u.State == request.State) },
    });

    public override Task<Empty> DeleteUpload(DeleteUploadRequest request, ServerCallContext context)
    {
        state.Get<Upload>(request.Name);
        state.Remove(request.Name);
        return Task.FromResult(new Empty());
    }

    public override Task<Upload> GetUpload(GetUploadRequest request, ServerCallContext context)
    {
        var upload = state.Get<Upload>(request.Name).Clone();
        upload.CommittedSha256 = request.WithCommittedSha256 ? Convert.ToHexStringLower(SHA256.HashData([.. state.Uploads[upload.Name]])) : "";
        return Task.FromResult(upload);
    }

    public override Task<Upload> FinishUpload(FinishUploadRequest request, ServerCallContext context)
    {
        var upload = state.Get<Upload>(request.Name);
        upload.Sha256 = Convert.ToHexStringLower(SHA256.HashData([.. state.Uploads[upload.Name]]));
        upload.State = upload.Sha256 == request.Sha256 ? UploadState.Finished : throw MeshState.Refusal(Code.FailedPrecondition, "DIGEST_MISMATCH", "other bytes");
        return Task.FromResult(upload);
    }

    public override Task<DatasetVersion> CreateDatasetVersion(CreateDatasetVersionRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "versions", () =>
    {
        var files = request.Uploads.Select(state.Get<Upload>).Select(u => new DatasetFile { Path = u.FileName, Sha256 = u.Sha256, SizeBytes = u.CommittedBytes });
        var version = new DatasetVersion
        {
            Name = $"{request.Parent}/versions/{state.All<DatasetVersion>(request.Parent).Count() + 1}",
            Status = new JobStatus { State = JobState.Running, Attempt = 1 },
            Format = DataFormat.Idx,
            Files = { files },
            LabelNames = { request.LabelNames },
        };
        state.Put(version.Name, version);
        return version;
    }));

    public override Task<DatasetVersion> GetDatasetVersion(GetDatasetVersionRequest request, ServerCallContext context) =>
        Task.FromResult(state.Get<DatasetVersion>(request.Name));

    public override Task<ListDatasetVersionsResponse> ListDatasetVersions(ListDatasetVersionsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDatasetVersionsResponse { Versions = { state.All<DatasetVersion>(request.Parent + "/versions/") } });

    public override async Task WatchDatasetVersion(WatchDatasetVersionRequest request, IServerStreamWriter<DatasetVersion> responses, ServerCallContext context)
    {
        var version = state.Get<DatasetVersion>(request.Name);
        await responses.WriteAsync(version);
        state.MaybeRestart("ingest");
        version.Status.State = JobState.Succeeded;
        version.Splits.Clear();
        version.Splits.Add([new Split { Name = "train", RecordCount = 40 }, new Split { Name = "test", RecordCount = TestData.TestImages }]);
        state.Get<Dataset>(request.Name[..request.Name.IndexOf("/versions/", StringComparison.Ordinal)]).LatestVersion = version.Name;
        await responses.WriteAsync(version);
    }
}
