using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads.V1;
using Microsoft.AspNetCore.Connections.Features;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>An Ingest service that answers what the name of the resource asks for.</summary>
internal sealed class TestDatasets : DatasetService.DatasetServiceBase
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(400);

    private readonly TaskCompletionSource _break = new();
    private int _uploading;
    private int _watching;

    public int Uploading => Volatile.Read(ref _uploading);

    public int Watching => Volatile.Read(ref _watching);

    /// <summary>Lets the connection of a watch on "drops" break.</summary>
    public void Break() => _break.SetResult();

    public override Task<Dataset> GetDataset(GetDatasetRequest request, ServerCallContext context) => request.Name.Split('/')[^1] switch
    {
        "missing" => throw MeshError.NotFound(request.Name),
        "invalid" => throw MeshError.Invalid([new("dataset.name", "is wrong."), new("dataset.description", "is wrong, too: ü.")]),
        "busy" => throw MeshError.Unavailable("BUSY", "Later.", TimeSpan.FromSeconds(7)),
        "hangs" => HangAsync(context),
        "drops" => DropAsync(context),
        _ => AnswerAsync(request, context),
    };

    public override async Task<Upload> WriteUpload(IAsyncStreamReader<WriteUploadRequest> requests, ServerCallContext context)
    {
        Interlocked.Increment(ref _uploading);
        var upload = new Upload();
        await foreach (var chunk in requests.ReadAllAsync(context.CancellationToken))
        {
            upload.Name = chunk.Name.Length > 0 ? chunk.Name : upload.Name;
            upload.CommittedBytes += chunk.Data.Length;
        }

        return upload;
    }

    /// <summary>"beats" sends its state over and over until the caller leaves, "hangs" sends it once, "drops" breaks the connection when told to.</summary>
    public override async Task WatchDatasetVersion(WatchDatasetVersionRequest request, IServerStreamWriter<DatasetVersion> stream, ServerCallContext context)
    {
        Interlocked.Increment(ref _watching);
        try
        {
            var state = new DatasetVersion { Name = request.Name, Status = new JobStatus { State = JobState.Running } };
            await stream.WriteAsync(state, context.CancellationToken);
            if (request.Name.Contains("/drops/"))
            {
                await _break.Task.WaitAsync(context.CancellationToken);
                await DropAsync(context);
            }

            if (request.Name.Contains("/hangs/"))
            {
                await HangAsync(context);
            }

            while (true)
            {
                await Task.Delay(Heartbeat, context.CancellationToken);
                await stream.WriteAsync(state, context.CancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watching);
        }
    }

    public override async Task ReadRecords(ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> stream, ServerCallContext context)
    {
        for (var i = 0; i < request.Limit; i++)
        {
            await stream.WriteAsync(new ReadRecordsResponse { Records = { new Record { Index = i } } }, context.CancellationToken);
        }
    }

    public override Task<Empty> DeleteDataset(DeleteDatasetRequest request, ServerCallContext context) => Task.FromResult(new Empty());

    private static async Task<Dataset> AnswerAsync(GetDatasetRequest request, ServerCallContext context)
    {
        await context.WriteResponseHeadersAsync(new Metadata { { "early", "word" } });
        context.ResponseTrailers.Add("late", "word");
        context.ResponseTrailers.Add("late-bin", [0, 255]);
        return new Dataset { Name = request.Name, DisplayName = context.RequestHeaders.GetValue("said") ?? "" };
    }

    private static async Task<Dataset> HangAsync(ServerCallContext context)
    {
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return new Dataset();
    }

    private static async Task<Dataset> DropAsync(ServerCallContext context)
    {
        context.GetHttpContext().Features.Get<IConnectionLifetimeFeature>()!.Abort();
        return await HangAsync(context);
    }
}
