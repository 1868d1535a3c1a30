using Mesh.Identity;
using Mesh.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddMeshDefaults("identity");
builder.AddIdentity();

var app = builder.Build();
app.MapMeshDefaults();
app.MapIdentity();
return await app.RunMeshAsync();
