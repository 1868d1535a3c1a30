using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Storage;
using Mesh.Jobs.TestService.Storage;
using Mesh.Jobs.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Jobs.TestService;

/// <summary>
/// Counts in two stages: "parts" parts that count to "until" each (stage "count"), then one that does it once more (stage
/// "sum"). The result is the number of all that was counted. Other fields go on to the parts, "mode" to the part "part" or to
/// all of the first stage; the last part holds at "sum_hold_at". "plan" may be "none" (no part, and no end), "empty" (no part, a result),
/// "break" (the hook throws), "early" (ends with the first part that is through), "refuse" (fails then) or "forget" (does nothing
/// then).
/// </summary>
public sealed class CountingGroup : GroupKind<CountingDb>
{
    public const string Kind = "count-group";

    public override string Name => Kind;

    public override Task OnBegunAsync(CountingDb db, JobGroup group, CancellationToken cancel)
    {
        var fields = group.Row.ReadSpecification<Struct>().Fields;
        switch (Text(fields, "plan"))
        {
            case "none":
                return Task.CompletedTask;
            case "empty":
                group.Succeed(new Int64Value());
                return Task.CompletedTask;
            case "break":
                throw new InvalidOperationException("/secret/path");
        }

        for (var i = 0; i < Number(fields, "parts"); i++)
        {
            var part = $"count-{i}";
            var chosen = Text(fields, "part");
            group.Add(Part(fields, part, "count", chosen.Length == 0 || chosen == part ? Text(fields, "mode") : "", Number(fields, "hold_at")));
        }

        return Task.CompletedTask;
    }

    public override async Task OnPartCompletedAsync(CountingDb db, JobGroup group, JobRow part, Any result, CancellationToken cancel)
    {
        var fields = group.Row.ReadSpecification<Struct>().Fields;
        switch (Text(fields, "plan"))
        {
            case "early":
                group.Succeed(new Int64Value { Value = -1 });
                return;
            case "refuse":
                group.Fail("REFUSED", "It was not wanted.");
                return;
            case "forget":
                return;
        }

        if (part.PartStage == "sum")
        {
            var parts = await group.Parts.Select(p => p.Name).ToListAsync(cancel);
            group.Succeed(new Int64Value { Value = await db.Counts.CountAsync(c => parts.Contains(c.Job), cancel) });
        }
        else if (await group.IsDoneAsync("count", cancel))
        {
            group.Add(Part(fields, "sum", "sum", "", Number(fields, "sum_hold_at")));
        }
    }

    public override Task OnCompletedAsync(CountingDb db, JobRow job, Any result, CancellationToken cancel) => CountingJob.AddEnd(db, job);

    public override Task OnEndedAsync(CountingDb db, JobRow job, CancellationToken cancel) => CountingJob.AddEnd(db, job);

    private static NewPart Part(IDictionary<string, Value> fields, string part, string stage, string mode, double holdAt)
    {
        var specification = new Struct { Fields = { fields } };
        specification.Fields["mode"] = Value.ForString(mode);
        specification.Fields["hold_at"] = Value.ForNumber(holdAt);
        return new NewPart(part, stage, CountingJob.Kind, specification, (long)Number(fields, "until"), new ResourceSpec { Cpus = (int)Number(fields, "part_cpus") });
    }

    private static double Number(IDictionary<string, Value> fields, string key) => fields.TryGetValue(key, out var value) ? value.NumberValue : 0;

    private static string Text(IDictionary<string, Value> fields, string key) => fields.TryGetValue(key, out var value) ? value.StringValue : "";
}
