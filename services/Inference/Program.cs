using Mesh.Inference;
using Mesh.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("inference");
builder.AddInference();

var app = builder.Build();
app.MapMeshDefaults();
app.MapInference();
return await app.RunMeshAsync();
