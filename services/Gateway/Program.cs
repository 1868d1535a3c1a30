using Mesh.Gateway;
using Mesh.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("gateway");
builder.AddGateway();

var app = builder.Build();
app.MapMeshDefaults();
app.MapGateway();
return await app.RunMeshAsync();
