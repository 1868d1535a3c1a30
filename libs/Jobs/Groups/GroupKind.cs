using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Storage;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Jobs.Groups;

/// <summary>
/// A job that is made of jobs: it has no worker, its parts have. The hooks say which parts there are and what comes of them.
/// Like all hooks they run in the transaction of the change, while the group's row is locked: two parts that end at the same
/// moment are told one after the other, and the second finds what the first has added.
/// <para>
/// When a part has FAILED for good the other parts are cancelled, and the group is FAILED when the last worker has left; a
/// group that is cancelled is CANCELLED then. So nothing works for a group that has ended.
/// <see cref="JobKind{TDb}.OnCompletedAsync"/> and <see cref="JobKind{TDb}.OnEndedAsync"/> tell of the end of the group itself.
/// </para>
/// </summary>
public abstract class GroupKind<TDb> : JobKind<TDb>
    where TDb : MeshDb
{
    /// <summary>The group's turn has come: add its first parts, or say how it ends. When this throws it is tried again later, as a failed attempt.</summary>
    public abstract Task OnBegunAsync(TDb db, JobGroup group, CancellationToken cancel);

    /// <summary>
    /// A part has SUCCEEDED, which its own kind was told: add more parts, say how the group ends, or wait for other parts. When this throws, the part's
    /// attempt fails. A group that is left without a part under way and without an end is FAILED.
    /// </summary>
    public abstract Task OnPartCompletedAsync(TDb db, JobGroup group, JobRow part, Any result, CancellationToken cancel);
}
