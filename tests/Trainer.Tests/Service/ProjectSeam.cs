using Grpc.Core;
using Mesh.Identity.V1;

namespace Mesh.Trainer.Tests.Service;

/// <summary>"default" is active, others do not exist.</summary>
public sealed class ProjectSeam : ProjectService.ProjectServiceBase
{
    public override Task<Project> GetProject(GetProjectRequest request, ServerCallContext context) => request.Name == "projects/default"
        ? Task.FromResult(new Project { Name = request.Name, State = ProjectState.Active })
        : throw new RpcException(new Status(StatusCode.NotFound, "no such project"));
}
