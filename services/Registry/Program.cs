using Mesh.Registry;
using Mesh.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("registry");
builder.AddRegistry();

var app = builder.Build();
app.MapMeshDefaults();
app.MapRegistry();
return await app.RunMeshAsync();
