using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Identity.Storage;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Identity.Projects;

public sealed class ProjectApi(ProjectStore projects, ProjectContents contents, ILogger<ProjectApi> logger) : ProjectService.ProjectServiceBase
{
    public override async Task<Project> CreateProject(CreateProjectRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        ResourceId.Check(violations, request.ProjectId, "project_id");
        violations.Require((request.Project?.DisplayName.Length ?? 0) <= 200, "project.display_name", "use at most 200 characters.");
        violations.Require(request.Project?.DisplayName.Any(char.IsControl) != true, "project.display_name", "must not contain control characters.");
        violations.ThrowIfAny();
        var (row, isNew) = await projects.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
        if (isNew)
        {
            logger.ProjectCreated($"projects/{row.Id}", row.Creator);
            Telemetry.ProjectsCreated.Add(1);
        }

        return ToProto(row);
    }

    public override async Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) =>
        ToProto(await projects.GetAsync(ResourcePattern.Project.Parse(request.Name, "name")[0], context.CancellationToken));

    public override async Task<ListProjectsResponse> ListProjects(ListProjectsRequest request, ServerCallContext context)
    {
        var (page, next) = await projects.ListAsync(Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListProjectsResponse { Projects = { page.Select(ToProto) }, NextPageToken = next };
    }

    public override async Task<Empty> DeleteProject(DeleteProjectRequest request, ServerCallContext context)
    {
        var id = ResourcePattern.Project.Parse(request.Name, "name")[0];
        if (id == ProjectStore.Default)
        {
            throw MeshError.Precondition("DEFAULT_PROJECT", "projects/default is part of every mesh and stays.");
        }

        await projects.GetAsync(id, context.CancellationToken);
        // Each service that is asked what it holds lets nothing in any more before it counts, so the counts stay true.
        if (await projects.MarkDeletingAsync(id, context.CancellationToken) is not { } mark)
        {
            throw MeshError.Aborted("PROJECT_DELETING", $"{request.Name} is being deleted by another call.");
        }

        try
        {
            var left = await contents.ListAsync(id, context.CancellationToken);
            if (left.Count > 0)
            {
                throw MeshError.Precondition("PROJECT_NOT_EMPTY", $"{request.Name} still holds {string.Join(", ", left)}; delete them first.");
            }
        }
        catch
        {
            // The caller may have left; the project must not stay locked for that.
            await projects.UnmarkAsync(id, mark, CancellationToken.None);
            throw;
        }

        if (!await projects.RemoveAsync(id, mark, CancellationToken.None))
        {
            throw MeshError.Aborted("PROJECT_DELETING", $"The deletion of {request.Name} took too long and another call may be at it.");
        }

        logger.ProjectDeleted(request.Name, context.GetCaller().Principal);
        Telemetry.ProjectsDeleted.Add(1);
        return new Empty();
    }

    private Project ToProto(ProjectRow row) => new()
    {
        Name = $"projects/{row.Id}",
        DisplayName = row.DisplayName,
        State = projects.IsDeleting(row) ? ProjectState.Deleting : ProjectState.Active,
        CreateTime = row.CreatedTicks.ToTimestamp(),
        Creator = row.Creator,
    };
}
