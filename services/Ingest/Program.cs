using Mesh.Ingest;
using Mesh.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("ingest");
builder.AddIngest();

var app = builder.Build();
app.MapMeshDefaults();
app.MapIngest();
return await app.RunMeshAsync();
