using Google.Protobuf;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Serving;

/// <summary>
/// Shares the directory through the database. On PostgreSQL several processes of this service see each other's replicas
/// within about two seconds. On both databases a process that starts again knows the replicas of its last life until they
/// are back or <see cref="ServingDirectory.Silence"/> is over, so that the gateway does not hear of an empty mesh.
/// </summary>
internal sealed class SharedReplicas(
    IDbContextFactory<RegistryDb> databases, ServingDirectory directory, TimeProvider time, ILogger<SharedReplicas> logger)
    : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    private readonly string _owner = Guid.NewGuid().ToString("n");
    private readonly Dictionary<string, (long Beat, long Routes)> _written = [];
    private readonly Dictionary<string, long> _heard = [];

    /// <summary>Reads once before the service listens.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TrySyncAsync(true, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var reachable = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Round, time, stoppingToken);
            reachable = await TrySyncAsync(reachable, stoppingToken);
        }
    }

    private async Task<bool> TrySyncAsync(bool wasReachable, CancellationToken cancel)
    {
        try
        {
            await SyncAsync(cancel);
            return true;
        }
        catch (DbUpdateException e) when (e is DbUpdateConcurrencyException || e.IsUniqueViolation())
        {
            // Another process wrote the same row; the next round sees what it wrote.
            _written.Clear();
            return wasReachable;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            if (wasReachable)
            {
                logger.ReplicasNotShared(e);
            }

            directory.KeepOthers();
            return false;
        }
    }

    private async Task SyncAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        // SQLite has one process: nobody would read beats, and each would cost a disk flush.
        var beats = db.Database.IsNpgsql();
        var rows = await db.Replicas.ToDictionaryAsync(r => r.ReplicaId, cancel);
        var own = directory.Own().ToDictionary(r => r.Report.ReplicaId);
        HearOthers([.. rows.Values.Where(r => r.Owner != _owner)]);
        var live = directory.Read().Replicas.Select(r => r.ReplicaId).ToHashSet();
        db.Replicas.RemoveRange(rows.Values.Where(r => !live.Contains(r.ReplicaId)));
        foreach (var (id, replica) in own)
        {
            var known = rows.GetValueOrDefault(id);
            var written = _written.TryGetValue(id, out var last) && known?.Owner == _owner && last.Routes == replica.Routes && (!beats || last.Beat == replica.Beat);
            if (!written && live.Contains(id))
            {
                Write(db, known, replica);
            }
        }

        await db.SaveChangesAsync(cancel);
        _written.Clear();
        foreach (var (id, replica) in own)
        {
            _written[id] = (replica.Beat, replica.Routes);
        }
    }

    /// <summary>A replica counts as heard only when its beat moved; a row that stays as it is ends by silence.</summary>
    private void HearOthers(IReadOnlyList<ReplicaRow> rows)
    {
        foreach (var row in rows)
        {
            if (!_heard.TryGetValue(row.ReplicaId, out var beat) || beat != row.Beat)
            {
                directory.HearOther(ReplicaReport.Parser.ParseFrom(row.Report));
                _heard[row.ReplicaId] = row.Beat;
            }
        }

        var shared = rows.Select(r => r.ReplicaId).ToHashSet();
        foreach (var gone in _heard.Keys.Where(id => !shared.Contains(id)).ToList())
        {
            _heard.Remove(gone);
        }

        directory.ForgetOthers(shared);
    }

    private void Write(RegistryDb db, ReplicaRow? row, OwnReplica replica)
    {
        if (row is null)
        {
            row = new ReplicaRow { ReplicaId = replica.Report.ReplicaId, Owner = _owner, Beat = replica.Beat, Report = [] };
            db.Replicas.Add(row);
        }

        (row.Owner, row.Beat, row.Report) = (_owner, replica.Beat, replica.Report.ToByteArray());
    }
}
