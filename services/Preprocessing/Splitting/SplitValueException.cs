namespace Mesh.Preprocessing.Splitting;

/// <summary>A record has no value, or none that can be used, in the column that decides where it belongs.</summary>
/// <param name="reason">UPPER_SNAKE_CASE, stable.</param>
/// <param name="record">What it is called.</param>
/// <param name="problem">What is wrong with it: "has no value in 'day'". Follows the record's name.</param>
internal sealed class SplitValueException(string reason, string record, string problem) : Exception($"{record} {problem}.")
{
    public string Reason => reason;

    public string Record => record;

    public string Problem => problem;
}
