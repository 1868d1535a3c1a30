using Mesh.Jobs.Workers;
using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Splitting;

/// <summary>Equal records of a version.</summary>
/// <param name="Count">Records that are equal to an earlier one.</param>
/// <param name="Apart">Those of them that are in another part than the first of their kind.</param>
/// <param name="Example">Two that are equal and apart; empty when none are.</param>
internal sealed record Duplicates(long Count, long Apart, IReadOnlyList<DealtRecord> Example)
{
    /// <summary>Refuses equal records in different parts where the rule does.</summary>
    /// <param name="nameOf">What a record is called, for the message.</param>
    /// <exception cref="JobFailure">There are some.</exception>
    public async Task CheckAsync(SplitRule rule, Func<DealtRecord, Task<string>> nameOf)
    {
        if (rule.Spec.Duplicates != DuplicatePolicy.Fail || Example is not [var first, var later])
        {
            return;
        }

        var others = Apart == 1 ? "" : $"; so it is with {Apart - 1} more";
        throw new JobFailure(
            "DUPLICATES_BETWEEN_PARTS",
            $"{await nameOf(later)} ({later.Part.Word}) holds the same as {await nameOf(first)} ({first.Part.Word}){others}. A model would be tested with what it was trained on. "
            + "Set the split's duplicates to TOGETHER (equal records go to one part), DROP (only the first is kept) or ALLOW.");
    }
}

/// <summary>A record, by its place in a split of the data, and the part it belongs to.</summary>
internal sealed record DealtRecord(string Split, long Index, Part Part);
