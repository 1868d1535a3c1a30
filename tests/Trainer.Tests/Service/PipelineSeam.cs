using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Preprocessing.V1;

namespace Mesh.Trainer.Tests.Service;

/// <summary>Prepared processed datasets and their pins.</summary>
public sealed class PipelineSeam : PipelineService.PipelineServiceBase
{
    private readonly ConcurrentDictionary<string, ProcessedDataset> _datasets = new();
    private readonly ConcurrentDictionary<(string Name, string Holder), bool> _pins = new();

    public IReadOnlyCollection<string> HoldersOf(string name) => [.. _pins.Keys.Where(p => p.Name == name).Select(p => p.Holder).Order()];

    public int PinsWaiting { get; private set; }

    /// <summary>Pins wait for it, and are then made whether or not the caller is still there.</summary>
    public TaskCompletionSource? PinGate { get; set; }

    public ProcessedDataset Add(ProcessedDataset dataset) => _datasets[dataset.Name] = dataset;

    public override Task<ProcessedDataset> GetProcessedDataset(GetProcessedDatasetRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.Name));

    public override async Task<Empty> PinProcessedDataset(PinProcessedDatasetRequest request, ServerCallContext context)
    {
        if (PinGate is { } gate)
        {
            PinsWaiting++;
            await gate.Task;
        }

        _pins[(Find(request.Name).Name, request.Holder)] = true;
        return new Empty();
    }

    public override Task<Empty> UnpinProcessedDataset(UnpinProcessedDatasetRequest request, ServerCallContext context)
    {
        _pins.TryRemove((request.Name, request.Holder), out _);
        return Task.FromResult(new Empty());
    }

    private ProcessedDataset Find(string name) =>
        _datasets.TryGetValue(name, out var found) ? found : throw new RpcException(new Status(StatusCode.NotFound, $"{name} does not exist."));
}
