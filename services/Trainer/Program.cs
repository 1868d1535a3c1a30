using Mesh.Jobs.Workers;
using Mesh.ServiceDefaults;
using Mesh.Trainer;
using Mesh.Trainer.Workers;

if (args is [JobWorker.Verb])
{
    return await JobWorker.RunAsync("trainer", TrainerSetup.AddTrainingWorker, TrainingWorker.RunAsync);
}

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("trainer");
builder.AddTrainer();

var app = builder.Build();
app.MapMeshDefaults();
app.MapTrainer();
return await app.RunMeshAsync();
