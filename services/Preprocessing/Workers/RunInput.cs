using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Microsoft.Extensions.Options;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers;

/// <summary>What all that works on a run has in common: the pipeline, bound to the data, the records and the blobs.</summary>
internal sealed class RunInput
{
    /// <param name="folder">For files; removed by the caller.</param>
    public RunInput(WorkerSession session, PipelineRunSpec spec, string folder)
    {
        (Session, Spec, Folder) = (session, spec, folder);
        (Pipeline, Rule) = BoundPipeline.Of(spec.Pipeline, spec.DatasetVersion);
        var datasets = session.Services.GetRequiredService<DatasetService.DatasetServiceClient>();
        var patience = TimeSpan.FromSeconds(session.Services.GetRequiredService<IOptions<PreprocessingOptions>>().Value.IngestPatienceSeconds);
        var logger = session.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PipelineWorker));
        Records = new RecordStream(datasets, Version, patience, logger);
        Blobs = new RunBlobs(session);
    }

    public WorkerSession Session { get; }

    public PipelineRunSpec Spec { get; }

    public string Folder { get; }

    public DatasetVersion Version => Spec.DatasetVersion;

    public Pipeline Pipeline { get; }

    public SplitRule Rule { get; }

    public RecordStream Records { get; }

    public RunBlobs Blobs { get; }

    /// <summary>Records with these columns of the data and the one that decides where they belong; with all that the pipeline reads if that is none.</summary>
    public RawRecords RecordsOf(IReadOnlyList<Transforms.Records.RecordColumn> columns)
    {
        List<Transforms.Records.RecordColumn> all = [.. columns];
        if (Rule.Column is { } column)
        {
            all.Add(column);
        }

        return new RawRecords(Version, all.Count > 0 ? all : Pipeline.Sources);
    }

    /// <summary>Fails the run where equal records may not be apart.</summary>
    /// <exception cref="JobFailure">Some are.</exception>
    public Task CheckAsync(Duplicates? duplicates, CancellationToken cancel)
    {
        var name = new RawRecords(Version, Rule.Features.Take(1));
        return duplicates is null ? Task.CompletedTask : duplicates.CheckAsync(Rule, record => Records.NameAsync(record.Split, record.Index, name, cancel));
    }
}
