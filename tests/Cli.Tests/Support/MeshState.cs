using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Mesh.Cli.Tests.Support;

/// <summary>What the server knows: resources by name, and which request made which.</summary>
internal sealed class MeshState
{
    private readonly ConcurrentDictionary<string, IMessage> _resources = new();
    private readonly ConcurrentDictionary<string, Lazy<IMessage>> _requests = new();
    private int _predictions;

    /// <summary>Bytes of uploads by name.</summary>
    public ConcurrentDictionary<string, List<byte>> Uploads { get; } = new();

    /// <summary>How often each kind of resource was created.</summary>
    public ConcurrentDictionary<string, int> Created { get; } = new();

    /// <summary>Restarts the server this state belongs to.</summary>
    public Func<Task> Restart { get; set; } = () => Task.CompletedTask;

    /// <summary>Image indices that serving answers otherwise than the trainer did.</summary>
    public HashSet<int> WrongAnswers { get; } = [];

    /// <summary>The epoch in which a training run stays; the test goes on from there.</summary>
    public int HoldEpoch { get; set; } = int.MaxValue;

    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends every training run this way.</summary>
    public string? TrainingFails { get; set; }

    /// <summary>Restart after so many predictions; 0 for never.</summary>
    public int RestartAfterPredictions { get; set; }

    /// <summary>Restart in the middle of each of these, once.</summary>
    public ConcurrentDictionary<string, bool> RestartDuring { get; } = new();

    public int NextPrediction() => Interlocked.Increment(ref _predictions);

    public T Get<T>(string name)
        where T : IMessage => _resources.TryGetValue(name, out var found) ? (T)found
        : throw Refusal(Code.NotFound, "NOT_FOUND", $"{name} does not exist.");

    public void Put(string name, IMessage resource) => _resources[name] = resource;

    public bool Remove(string name) => _resources.TryRemove(name, out _);

    public IEnumerable<T> All<T>(string prefix)
        where T : IMessage => _resources.Where(r => r.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Value).OfType<T>();

    /// <summary>Creates once for a request id.</summary>
    public T Create<T>(string requestId, string kind, Func<T> create)
        where T : class, IMessage => (T)_requests.GetOrAdd(requestId.Length > 0 ? requestId : Guid.NewGuid().ToString(), _ => new(() =>
        {
            Created.AddOrUpdate(kind, 1, (_, n) => n + 1);
            return create();
        })).Value;

    /// <summary>Cuts every connection and comes back, if that was asked for here.</summary>
    public void MaybeRestart(string place)
    {
        if (RestartDuring.TryRemove(place, out _))
        {
            _ = Task.Run(Restart);
            throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "Restarting."));
        }
    }

    public static RpcException Refusal(Code code, string reason, string message, params (string Field, string Problem)[] violations)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(new ErrorInfo { Reason = reason, Domain = "mesh" }) } };
        if (violations.Length > 0)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations = { violations.Select(v => new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Problem }) },
            }));
        }

        return status.ToRpcException();
    }
}
