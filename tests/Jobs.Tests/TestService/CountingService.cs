using Mesh.Jobs.TestService.Storage;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.TestService;

/// <summary>A service whose jobs count. The tests run it in their own process and as a process of its own.</summary>
public static class CountingService
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddMeshDefaults("counting");
        builder.AddMeshDatabase<CountingDb, SqliteCountingDb, PostgresCountingDb>();
        builder.AddJobs<CountingDb, CountingJob>();
        builder.AddJobKind<CountingDb, CountingGroup>();
        var app = builder.Build();
        app.MapMeshDefaults();
        app.MapJobs<CountingDb>();
        return app;
    }
}
