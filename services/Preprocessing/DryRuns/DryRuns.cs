using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>
/// The body of DryRunPipeline: what can be said from the specification and the types of columns is said here, and the rest
/// by a process that tries the pipeline on records.
/// </summary>
public sealed class DryRuns(PipelineStore pipelines, DatasetVersions versions, DryRunProcesses processes)
{
    private const int DefaultRecords = 100;
    private const int MaxRecords = 1000;

    /// <exception cref="MeshException">The request itself is wrong, or there is no such pipeline or version.</exception>
    public async Task<DryRunPipelineResponse> RunAsync(DryRunPipelineRequest request, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var violations = new Violations();
        violations.Require(request.Pipeline.Length > 0 != request.Specification is not null, "pipeline", "name one, or give a specification instead.");
        violations.Require(
            request.Pipeline.Length == 0 || (Names.Pipeline.TryParse(request.Pipeline, out var ids) && ids[0] == project), "pipeline", $"name one of this project: \"projects/{project}/pipelines/…\".");
        violations.Require(request.Records is >= 0 and <= MaxRecords, "records", $"must be from 1 to {MaxRecords}, or 0 for {DefaultRecords}.");
        violations.ThrowIfAny();

        var pipeline = request.Specification ?? await pipelines.GetAsync(request.Pipeline, cancel);
        var version = await versions.FindAsync(request.DatasetVersion, project, cancel);
        var problems = PipelineFit.AllProblems(pipeline, version);
        if (problems.Count > 0)
        {
            return new() { Problems = { problems.Take(ProblemList.MaxProblems).Select(p => new DryRunProblem { Field = p.Field, Description = p.Description }) } };
        }

        var tried = await processes.RunAsync(
            new DryRunTask { Pipeline = pipeline, DatasetVersion = DatasetVersions.WithoutFiles(version), Records = request.Records == 0 ? DefaultRecords : request.Records },
            cancel);
        tried.MadeAnew.Add(MadeAnew.Of(pipeline, new SplitRule(pipeline.Split, version, []).Draws));
        return tried;
    }
}
