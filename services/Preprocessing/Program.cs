using Mesh.Jobs.Workers;
using Mesh.Preprocessing;
using Mesh.Preprocessing.DryRuns;
using Mesh.Preprocessing.Workers;
using Mesh.ServiceDefaults;

if (args is [JobWorker.Verb])
{
    return await JobWorker.RunAsync("preprocessing", PreprocessingSetup.AddPipelineWorker, PipelineWorker.RunAsync);
}

if (args is [DryRunProgram.Verb])
{
    return await DryRunProgram.RunAsync();
}

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("preprocessing");
builder.AddPreprocessing();

var app = builder.Build();
app.MapMeshDefaults();
app.MapPreprocessing();
return await app.RunMeshAsync();
