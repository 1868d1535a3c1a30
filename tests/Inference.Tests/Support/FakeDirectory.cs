using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Registry.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Inference.Tests.Support;

/// <summary>A serving directory on a port of its own: records reports and tells every replica what the test wants served.</summary>
internal sealed class FakeDirectory : IAsyncDisposable
{
    private readonly Lock gate = new();
    private WebApplication? app;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServeResponse? desired;

    /// <summary>All reports, oldest first.</summary>
    public ConcurrentQueue<ReplicaReport> Reports { get; } = new();

    public string Address { get; private set; } = "";

    public ReplicaReport? Last => Reports.LastOrDefault();

    public static async Task<FakeDirectory> StartAsync(int port = 0)
    {
        var directory = new FakeDirectory();
        await directory.ListenAsync(port);
        return directory;
    }

    public ServedModel? Model(string deployment) => Last?.Models.FirstOrDefault(m => m.Deployment == deployment);

    public void Want(params DesiredModel[] models)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            desired = new ServeResponse { Revision = (desired?.Revision ?? 0) + 1, Models = { models } };
            before = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }

    public async Task StopAsync()
    {
        if (app is { } running)
        {
            app = null;
            using var now = new CancellationTokenSource(TimeSpan.Zero);
            await running.StopAsync(now.Token);
            await running.DisposeAsync();
        }
    }

    public async Task ListenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Service(this));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync();
        Address = app.Urls.Single();
    }

    public ValueTask DisposeAsync() => new(StopAsync());

    private sealed class Service(FakeDirectory directory) : DirectoryService.DirectoryServiceBase
    {
        public override async Task Serve(IAsyncStreamReader<ServeRequest> requests, IServerStreamWriter<ServeResponse> responses, ServerCallContext context)
        {
            var telling = TellAsync(responses, context.CancellationToken);
            try
            {
                await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
                {
                    directory.Reports.Enqueue(request.Report);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The replica or the test ended the stream.
            }
        }

        private async Task TellAsync(IServerStreamWriter<ServeResponse> responses, CancellationToken cancel)
        {
            ServeResponse? told = null;
            while (!cancel.IsCancellationRequested)
            {
                Task next;
                ServeResponse? now;
                lock (directory.gate)
                {
                    (now, next) = (directory.desired, directory.changed.Task);
                }

                if (now is not null && now != told)
                {
                    await responses.WriteAsync(now, cancel);
                    told = now;
                }

                await next.WaitAsync(cancel);
            }
        }
    }
}
