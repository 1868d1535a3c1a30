using Mesh.Jobs.Groups;
using Mesh.Jobs.Launching;
using Mesh.Jobs.Scheduling;
using Mesh.Jobs.Storage;
using Mesh.Jobs.Workers;
using Mesh.ServiceDefaults.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Jobs;

/// <summary>
/// Durable jobs for a service. In short:
/// <list type="number">
/// <item>Database: call <c>model.AddJobs()</c> in OnModelCreating.</item>
/// <item>Kind: derive from <see cref="JobKind{TDb}"/>; its hooks run in the transaction of each change.</item>
/// <item>Setup: <c>builder.AddJobs&lt;TDb, TKind&gt;()</c> and <c>app.MapJobs&lt;TDb&gt;()</c>.</item>
/// <item>Create: <c>jobs.Add(db, new NewJob(…))</c> beside the resource's own row, SaveChanges, <c>jobs.Announce(row)</c>.</item>
/// <item>Show: <c>row.ToStatus()</c>, of groups after <c>jobs.ReadProgressAsync</c>; watch with WatchStream on the job's name, which is pulsed at every change.</item>
/// <item>Worker: in Program.cs, <c>if (args is [JobWorker.Verb]) return await JobWorker.RunAsync("trainer", configure, body);</c></item>
/// <item>Jobs made of jobs: derive the kind from <see cref="GroupKind{TDb}"/>; its hooks add the parts, whose kind is added by AddJobKind.</item>
/// </list>
/// The body gets a <see cref="WorkerSession"/>, returns the result, and throws <see cref="JobFailure"/> for an error with
/// a reason. An attempt that crashes, yields or goes silent is followed by another that starts from the resume state.
/// </summary>
public static class JobsSetup
{
    public static WebApplicationBuilder AddJobs<TDb, TKind>(this WebApplicationBuilder builder)
        where TDb : MeshDb
        where TKind : JobKind<TDb>
    {
        builder.Services.AddOptions<JobOptions>().BindConfiguration(JobOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddJobKind<TDb, TKind>();
        builder.Services.AddSingleton<JobKinds<TDb>>();
        builder.Services.AddSingleton<JobTransaction<TDb>>();
        builder.Services.AddSingleton<GroupSteps<TDb>>();
        builder.Services.AddSingleton<GroupCare<TDb>>();
        builder.Services.AddSingleton<JobEnds<TDb>>();
        builder.Services.AddSingleton<JobQueue<TDb>>();
        builder.Services.AddSingleton<JobAttempts<TDb>>();
        builder.Services.AddSingleton(JobStore<TDb>.Create);
        builder.Services.AddSingleton<WorkerLogs>();
        builder.Services.AddSingleton<WorkerEnvironment>();
        builder.Services.TryAddSingleton<ILauncher, LocalProcessLauncher>();
        builder.Services.AddHostedService<JobScheduler<TDb>>();
        builder.Services.AddHostedService<PartRetention<TDb>>();
        return builder;
    }

    /// <summary>A further kind of job, for a service that has several: a group and its parts.</summary>
    public static WebApplicationBuilder AddJobKind<TDb, TKind>(this WebApplicationBuilder builder)
        where TDb : MeshDb
        where TKind : JobKind<TDb>
    {
        builder.Services.AddSingleton<JobKind<TDb>, TKind>();
        return builder;
    }

    /// <summary>Maps the calls of the workers.</summary>
    public static void MapJobs<TDb>(this WebApplication app)
        where TDb : MeshDb => app.MapGrpcService<WorkerApi<TDb>>();
}
