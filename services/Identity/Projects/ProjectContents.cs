using Grpc.Core;
using Mesh.Common.V1;
using Mesh.ServiceDefaults.Clients;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Identity.Projects;

/// <summary>Asks every service that keeps resources what a project still holds.</summary>
public sealed class ProjectContents(
    IServiceProvider services, IOptions<IdentityOptions> options)
{
    /// <summary>Every service that implements <see cref="TenancyService"/>.</summary>
    public static readonly IReadOnlyList<string> Owners = ["ingest", "preprocessing", "trainer", "registry"];

    /// <returns>"2 datasets", "1 model"; empty when the project is.</returns>
    /// <exception cref="MeshException">UNAVAILABLE naming the service that did not answer: then nobody knows.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(string project, CancellationToken cancel)
    {
        var deadline = DateTime.UtcNow.AddSeconds(options.Value.ContentsTimeoutSeconds);
        var answers = await Task.WhenAll(Owners.Select(owner => AskAsync(owner, project, deadline, cancel)));
        return [.. answers.SelectMany(a => a.Counts).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}")];
    }

    private async Task<CountResourcesResponse> AskAsync(string owner, string project, DateTime deadline, CancellationToken cancel)
    {
        try
        {
            var client = services.GetRequiredKeyedService<TenancyService.TenancyServiceClient>(owner);
            return await client.CountResourcesAsync(
                new CountResourcesRequest { Name = $"projects/{project}" }, deadline: deadline, cancellationToken: cancel);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw MeshError.Unavailable(
                "CONTENTS_UNKNOWN", $"The {owner} service does not answer, so it is not known whether projects/{project} is empty.", TimeSpan.FromSeconds(5));
        }
    }
}

internal static class ContentsClients
{
    public static void AddContentsClients(this IServiceCollection services)
    {
        foreach (var owner in ProjectContents.Owners)
        {
            services.AddKeyedMeshClient<TenancyService.TenancyServiceClient>(owner);
        }

        services.AddSingleton<ProjectContents>();
    }
}
