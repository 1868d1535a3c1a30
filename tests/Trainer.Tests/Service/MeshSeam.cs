using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Trainer.Tests.Service;

/// <summary>Identity, Preprocessing and Registry as the service sees them: a real gRPC server in this process.</summary>
public sealed class MeshSeam : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MeshSeam(WebApplication app, PipelineSeam pipelines, ModelSeam models) => (_app, Pipelines, Models) = (app, pipelines, models);

    public PipelineSeam Pipelines { get; }

    public ModelSeam Models { get; }

    public string Address => _app.Urls.Single();

    public static async Task<MeshSeam> StartAsync()
    {
        var (pipelines, models) = (new PipelineSeam(), new ModelSeam());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(pipelines);
        builder.Services.AddSingleton(models);
        var app = builder.Build();
        app.MapGrpcService<PipelineSeam>();
        app.MapGrpcService<ModelSeam>();
        app.MapGrpcService<ProjectSeam>();
        await app.StartAsync();
        return new MeshSeam(app, pipelines, models);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
