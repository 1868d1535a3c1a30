using Mesh.Identity.Projects;
using Mesh.Identity.Storage;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Identity;

public static class IdentitySetup
{
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        builder.AddMeshDatabase<IdentityDb, SqliteIdentityDb, PostgresIdentityDb>();
        builder.Services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddHostedService<DefaultProject>();
        builder.Services.AddSingleton<ProjectStore>();
        builder.Services.AddContentsClients();
    }

    public static void MapIdentity(this WebApplication app) => app.MapGrpcService<ProjectApi>();
}
