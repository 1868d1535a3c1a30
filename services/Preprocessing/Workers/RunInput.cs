using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Microsoft.Extensions.Options;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers;

/// <summary>What the steps of a run have in common: the pipeline, bound to the data, and the records.</summary>
internal sealed class RunInput
{
    public RunInput(WorkerSession session, V1.Pipeline pipeline, DatasetVersion version)
    {
        Version = version;
        Pipeline = Pipeline.Create(PipelineSpecs.ToSpec(pipeline), DataSchema.Of(version));
        Rule = new SplitRule(pipeline.Split, version, Pipeline.Features);
        Datasets = session.Services.GetRequiredService<DatasetService.DatasetServiceClient>();
        Patience = TimeSpan.FromSeconds(session.Services.GetRequiredService<IOptions<PreprocessingOptions>>().Value.IngestPatienceSeconds);
        var logger = session.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PipelineWorker));
        Records = new RecordStream(Datasets, version, Patience, logger);
    }

    public DatasetVersion Version { get; }

    public Pipeline Pipeline { get; }

    public SplitRule Rule { get; }

    public DatasetService.DatasetServiceClient Datasets { get; }

    /// <summary>How long Ingest may be away.</summary>
    public TimeSpan Patience { get; }

    public RecordStream Records { get; }

    /// <summary>Keeps the version alive for a processed dataset.</summary>
    public async Task PinAsync(string holder, CancellationToken cancel)
    {
        var request = new PinDatasetVersionRequest { Name = Version.Name, Holder = holder };
        var waiting = new IngestPatience(Patience);
        while (true)
        {
            try
            {
                await Datasets.PinDatasetVersionAsync(request, cancellationToken: cancel);
                return;
            }
            catch (Grpc.Core.RpcException e) when (waiting.Has(e, cancel))
            {
                await waiting.WaitAsync(cancel);
            }
        }
    }

    /// <summary>Fails the run where equal records may not be apart.</summary>
    /// <exception cref="JobFailure">Some are.</exception>
    public Task CheckAsync(Duplicates? duplicates, CancellationToken cancel)
    {
        var name = new RawRecords(Version, Rule.Features.Take(1));
        return duplicates is null ? Task.CompletedTask : duplicates.CheckAsync(Rule, record => Records.NameAsync(record.Split, record.Index, name, cancel));
    }
}
