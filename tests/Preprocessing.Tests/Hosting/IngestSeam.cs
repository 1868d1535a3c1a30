using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>Serves prepared dataset versions; can break streams off and hold them back.</summary>
public sealed class IngestSeam : DatasetService.DatasetServiceBase
{
    private const int PerMessage = 500;

    private readonly ConcurrentDictionary<string, TestData> _versions = new();
    private readonly ConcurrentDictionary<(string Version, string Holder), bool> _pins = new();
    private volatile TaskCompletionSource? _held;
    private int _messages;
    private int _breaks;
    private int _refusedPins;
    private long _recordsRead;
    private int _holding;

    /// <summary>Pins and unpins that were refused because of <see cref="PinsAway"/>.</summary>
    public int RefusedPins => _refusedPins;

    /// <summary>Records that were sent, of all streams together.</summary>
    public long RecordsRead => Interlocked.Read(ref _recordsRead);

    /// <summary>Whether a stream waits to be released.</summary>
    public bool IsHolding => Volatile.Read(ref _holding) > 0;

    /// <summary>How many of the next streams break off after their first message.</summary>
    public int BreakStreams
    {
        set => _breaks = value;
    }

    /// <summary>While true, streams break off after a sign of life, before the first record.</summary>
    public bool BreaksAtOnce { get; set; }

    /// <summary>While true, pins and unpins fail as if Ingest were away.</summary>
    public bool PinsAway { get; set; }

    /// <summary>While true, a split is one partition, as of a file that can only be read from its start.</summary>
    public bool Uncut { get; set; }

    /// <summary>While true, versions cannot be listed.</summary>
    public bool ListsAway { get; set; }

    /// <summary>Lets so many more messages of 500 records through, of all streams together, and holds back what follows.</summary>
    public void HoldAfter(int messages)
    {
        _messages = messages;
        _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Release()
    {
        var held = _held;
        _held = null;
        held?.TrySetResult();
    }

    public IReadOnlyCollection<string> HoldersOf(string version) => [.. _pins.Keys.Where(p => p.Version == version).Select(p => p.Holder).Order()];

    public TestData Add(TestData data)
    {
        _versions[data.Name] = data;
        return data;
    }

    public override Task<DatasetVersion> GetDatasetVersion(GetDatasetVersionRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.Name).Version);

    public override Task<Dataset> GetDataset(GetDatasetRequest request, ServerCallContext context)
    {
        var ready = VersionsOf(request.Name).Where(v => v.Version.Status.State == JobState.Succeeded).ToList();
        return Task.FromResult(new Dataset { Name = request.Name, LatestVersion = ready.Count == 0 ? "" : ready[^1].Name });
    }

    /// <summary>In pages of two.</summary>
    public override Task<ListDatasetVersionsResponse> ListDatasetVersions(ListDatasetVersionsRequest request, ServerCallContext context)
    {
        if (ListsAway)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        }

        var after = request.PageToken.Length > 0 ? int.Parse(request.PageToken) : request.AfterVersion;
        var found = VersionsOf(request.Parent).Where(v => v.Number > after && (request.Tag.Length == 0 || v.Version.Tags.Contains(request.Tag))).Take(3).ToList();
        return Task.FromResult(new ListDatasetVersionsResponse
        {
            Versions = { found.Take(2).Select(v => v.Version) }, NextPageToken = found.Count > 2 ? $"{found[1].Number}" : "",
        });
    }

    public override Task<ListRecordPartitionsResponse> ListRecordPartitions(ListRecordPartitionsRequest request, ServerCallContext context)
    {
        var data = Find(request.Parent);
        var response = new ListRecordPartitionsResponse();
        foreach (var split in data.Version.Splits)
        {
            var target = Uncut ? split.RecordCount : request.TargetRecords;
            for (var offset = 0L; offset < split.RecordCount; offset += target)
            {
                var count = Math.Min(target, split.RecordCount - offset);
                response.Partitions.Add(new RecordPartition { Split = split.Name, Offset = offset, RecordCount = count, Digest = data.DigestOf(split.Name, (int)offset, (int)count) });
            }
        }

        return Task.FromResult(response);
    }

    public override Task<Empty> PinDatasetVersion(PinDatasetVersionRequest request, ServerCallContext context)
    {
        Find(request.Name);
        CheckPins();
        _pins[(request.Name, request.Holder)] = true;
        return Task.FromResult(new Empty());
    }

    public override Task<Empty> UnpinDatasetVersion(UnpinDatasetVersionRequest request, ServerCallContext context)
    {
        CheckPins();
        _pins.TryRemove((request.Name, request.Holder), out _);
        return Task.FromResult(new Empty());
    }

    public override async Task ReadRecords(ReadRecordsRequest request, IServerStreamWriter<ReadRecordsResponse> response, ServerCallContext context)
    {
        var data = Find(request.Name);
        var total = data.Version.Splits.Single(s => s.Name == request.Split).RecordCount;
        var names = data.Version.Schema.Columns.Select(c => c.Name).ToList();
        // Every so many, where a sample is asked for.
        var step = request.SampleFraction > 0 ? Math.Max(1, (long)(1 / request.SampleFraction)) : 1;
        total = request.Limit > 0 ? Math.Min(total, request.Offset + (request.Limit * step)) : total;
        for (var at = request.Offset; at < total; at += PerMessage * step)
        {
            if (_held is { } held && Interlocked.Decrement(ref _messages) < 0)
            {
                Interlocked.Increment(ref _holding);
                try
                {
                    await held.Task.WaitAsync(context.CancellationToken);
                }
                finally
                {
                    Interlocked.Decrement(ref _holding);
                }
            }

            var message = new ReadRecordsResponse();
            for (var i = at; i < Math.Min(at + (PerMessage * step), total); i += step)
            {
                var record = data.Record(request.Split, (int)i);
                var values = request.Columns.Select(name => record.Values[names.IndexOf(name)]).ToList();
                record.Values.Clear();
                record.Values.Add(values);
                message.Records.Add(record);
            }

            // As Ingest says while it passes over records that are not wanted.
            await response.WriteAsync(new ReadRecordsResponse(), context.CancellationToken);
            if (BreaksAtOnce)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "broken off by the test"));
            }

            await response.WriteAsync(message, context.CancellationToken);
            Interlocked.Add(ref _recordsRead, message.Records.Count);
            if (Interlocked.Decrement(ref _breaks) >= 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "broken off by the test"));
            }
        }
    }

    /// <summary>In the order of their numbers; a dataset that has none does not exist.</summary>
    private List<TestData> VersionsOf(string dataset)
    {
        List<TestData> found = [.. _versions.Values.Where(v => v.Name.StartsWith($"{dataset}/versions/", StringComparison.Ordinal)).OrderBy(v => v.Number)];
        return found.Count > 0 ? found : throw new RpcException(new Status(StatusCode.NotFound, $"{dataset} does not exist."));
    }

    private TestData Find(string name) =>
        _versions.TryGetValue(name, out var data) ? data : throw new RpcException(new Status(StatusCode.NotFound, $"{name} does not exist."));

    private void CheckPins()
    {
        if (PinsAway)
        {
            Interlocked.Increment(ref _refusedPins);
            throw new RpcException(new Status(StatusCode.Unavailable, "away"));
        }
    }
}
