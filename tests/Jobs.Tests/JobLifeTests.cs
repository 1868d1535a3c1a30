using CsCheck;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Xunit;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Tests;

/// <summary>Random histories of one job in a real database against a small model of what the states are documented to be.</summary>
public class JobLifeTests
{
    public enum Step
    {
        Claim,
        Record,
        Work,
        Complete,
        Fail,
        FailForGood,
        Yield,
        Cancel,
        Exit,
        Expire,
        Stale,
        TakeBack,
    }

    [Fact]
    public async Task Every_history_goes_by_the_documented_states()
    {
        using var rig = await StoreRig.CreateAsync(JobsHost.Sqlite);
        var histories = 0;
        await Gen.Enum<Step>().Array[1, 14].SampleAsync(steps => RunAsync(rig, $"a{histories++}", steps), iter: 120, threads: 1);
    }

    [Fact]
    public void Terminal_is_terminal()
    {
        var states = System.Enum.GetValues<JobState>();
        foreach (var from in states.Where(JobLife.IsTerminal))
        {
            Assert.DoesNotContain(states, to => JobLife.Allows(from, to));
        }
    }

    private static async Task RunAsync(StoreRig rig, string id, Step[] steps)
    {
        var job = await rig.AddAsync(id);
        var model = new Model();
        foreach (var step in steps)
        {
            // Past any back-off, but not past a lease.
            rig.Time.Advance(TimeSpan.FromSeconds(4));
            if (model.Working)
            {
                await rig.Attempts.StartAsync(job.Name, model.Attempt, StoreRig.Cancel);
            }

            await ActAsync(rig, job.Name, model, step);
            model.Apply(step);
            var row = await rig.GetAsync(job);
            Assert.Equal(
                (model.State, model.Attempt, model.Failures, model.InPlace, model.Working),
                (row.State, row.Attempt, row.Failures, row.FailuresInPlace, row.LeaseExpiresTicks > 0));
            Assert.Equal(JobLife.IsTerminal(model.State), row.EndedTicks is not null);
            await using var db = await rig.OpenAsync();
            Assert.Equal(JobLife.IsTerminal(model.State) ? 1 : 0, db.Ends.Count(e => e.Job == job.Name));
        }

        // Out of the way of the next history.
        await rig.Jobs.RequestCancelAsync(job.Name, StoreRig.Cancel);
        await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
    }

    private static async Task ActAsync(StoreRig rig, string name, Model model, Step step)
    {
        var attempt = step == Step.Stale ? model.Attempt - 1 : model.Attempt;
        var error = new JobError { Reason = "BAD" };
        try
        {
            switch (step)
            {
                case Step.Claim:
                    await rig.ClaimAsync();
                    break;
                case Step.Record:
                    await rig.Attempts.RecordAsync(name, attempt, [StoreRig.Counted(model.Events + 1, (model.Attempt * 100) + model.Events)], StoreRig.Cancel);
                    break;
                case Step.Work:
                    await rig.Attempts.HeartbeatAsync(name, attempt, new Progress { Stage = "a", Done = model.Units + 1 }, model.Units + 1, StoreRig.Cancel);
                    break;
                case Step.Complete or Step.Stale:
                    await rig.Attempts.CompleteAsync(name, attempt, Any.Pack(new Int64Value { Value = attempt }), StoreRig.Cancel);
                    break;
                case Step.Fail or Step.FailForGood:
                    await rig.Attempts.EndAsync(name, attempt, Outcome.Failed, error, step == Step.Fail, StoreRig.Cancel);
                    break;
                case Step.Yield:
                    await rig.Attempts.EndAsync(name, attempt, Outcome.Yielded, error, false, StoreRig.Cancel);
                    break;
                case Step.Cancel:
                    await rig.Jobs.RequestCancelAsync(name, StoreRig.Cancel);
                    break;
                case Step.Exit:
                    await rig.Queue.AttemptExitedAsync(name, attempt, "exit code 1", StoreRig.Cancel);
                    break;
                case Step.Expire:
                    rig.Time.Advance(TimeSpan.FromSeconds(11));
                    await rig.Queue.ExpireLeasesAsync(StoreRig.Cancel);
                    break;
                case Step.TakeBack:
                    await rig.Queue.TakeBackAllAsync(StoreRig.Cancel);
                    break;
            }
        }
        catch (MeshException e) when (e.Reason is "LEASE_LOST" or "CANCELLING")
        {
            Assert.True(!model.Working || step == Step.Stale || (e.Reason == "CANCELLING" && model.State == JobState.Cancelling));
        }
    }

    private sealed class Model
    {
        /// <summary>Done by the attempts that failed since the last event.</summary>
        private readonly List<int> _units = [];

        public JobState State { get; private set; } = JobState.Queued;

        public int Attempt { get; private set; }

        public int Failures => _units.Count;

        public bool Working => State is JobState.Running or JobState.Cancelling;

        public int Events { get; private set; }

        public int Units { get; private set; }

        /// <summary>Failures since the last of them that got further than any before.</summary>
        public int InPlace => _units.Count == 0 ? 0 : _units.Count - _units.IndexOf(_units.Max());


        public void Apply(Step step)
        {
            switch (step)
            {
                case Step.Claim when State == JobState.Queued:
                    (State, Attempt, Events, Units) = (JobState.Running, Attempt + 1, 0, 0);
                    break;
                case Step.Record when Working:
                    Events++;
                    _units.Clear();
                    break;
                case Step.Work when Working:
                    Units++;
                    break;
                case Step.Complete when State == JobState.Running:
                    State = JobState.Succeeded;
                    break;
                case Step.Cancel when State == JobState.Running:
                    State = JobState.Cancelling;
                    break;
                case Step.Cancel when State == JobState.Queued:
                    State = JobState.Cancelled;
                    break;
                case Step.Fail or Step.FailForGood or Step.Yield or Step.Exit or Step.Expire or Step.TakeBack when State == JobState.Cancelling:
                    State = JobState.Cancelled;
                    break;
                case Step.Yield or Step.TakeBack when State == JobState.Running:
                    State = JobState.Queued;
                    break;
                case Step.Fail or Step.FailForGood or Step.Exit or Step.Expire when State == JobState.Running:
                    _units.Add(Units);
                    State = step == Step.FailForGood || InPlace == StoreRig.Options.MaxAttempts ? JobState.Failed : JobState.Queued;
                    break;
            }
        }
    }
}
