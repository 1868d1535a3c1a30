using Grpc.Core;
using Mesh.Common.V1;
using Mesh.ServiceDefaults.Names;

namespace Mesh.ServiceDefaults.Tenancy;

/// <summary>Answers Identity what a project still holds in this service.</summary>
internal sealed class TenancyApi(IProjectContents contents, ProjectGate gate) : TenancyService.TenancyServiceBase
{
    public override async Task<CountResourcesResponse> CountResources(CountResourcesRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Name, "name")[0];
        gate.Forget(project);
        var response = new CountResourcesResponse();
        foreach (var (kind, count) in await contents.CountAsync(project, context.CancellationToken))
        {
            if (count > 0)
            {
                response.Counts[kind] = count;
            }
        }

        return response;
    }
}
