using Grpc.Core;
using Mesh.Common.V1;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ServiceDefaults.Tenancy;

/// <summary>Answers Identity what a project still holds in this service.</summary>
internal sealed class TenancyApi(IProjectContents contents, ProjectGate gate, IServiceProvider services) : TenancyService.TenancyServiceBase
{
    public override async Task<CountResourcesResponse> CountResources(CountResourcesRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Name, "name")[0];
        // A SQLite file has one process; with PostgreSQL there may be others.
        await gate.CloseAsync(project, isShared: services.GetService<SqliteOwner>() is null, context.CancellationToken);
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
