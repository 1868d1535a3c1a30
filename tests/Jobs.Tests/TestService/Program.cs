using Mesh.Jobs.TestService;
using Mesh.Jobs.Workers;
using Mesh.ServiceDefaults;

if (args is [JobWorker.Verb])
{
    return await JobWorker.RunAsync("counting", _ => { }, CountingWorker.RunAsync);
}

return await CountingService.Build(args).RunMeshAsync();
