using Grpc.Core;
using Mesh.Identity.V1;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>"default" is active, "leaving" is being deleted, others do not exist.</summary>
public sealed class ProjectSeam : ProjectService.ProjectServiceBase
{
    public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) => request.Name switch
    {
        "projects/default" => Task.FromResult(new Project { Name = request.Name, State = ProjectState.Active }),
        "projects/leaving" => Task.FromResult(new Project { Name = request.Name, State = ProjectState.Deleting }),
        _ => throw new RpcException(new Status(StatusCode.NotFound, "no such project")),
    };
}
