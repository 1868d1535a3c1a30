using Google.Protobuf;
using Mesh.Jobs.V1;

namespace Mesh.Jobs.Groups;

/// <summary>A part to be added to a group.</summary>
/// <param name="Part">Its id within the group, a resource id: "fit-0007". Parts of a stage that were added together start in the order of their ids.</param>
/// <param name="Stage">What the group does when this part runs, "fit": at most 63 characters, shown as the progress of the group.</param>
/// <param name="Kind">A registered <see cref="JobKind{TDb}.Name"/>, not that of a group.</param>
/// <param name="Units">How much there is to do, in the units that its worker reports; 0 when only the worker knows.</param>
/// <param name="Resources">Null for the group's own. Otherwise more or less than the group's; 0 cores mean as many as the group's.</param>
public sealed record NewPart(string Part, string Stage, string Kind, IMessage Specification, long Units = 0, ResourceSpec? Resources = null);
