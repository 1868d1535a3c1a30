namespace Mesh.Preprocessing.Splitting;

/// <summary>Draws groups: a function of the seed and the group alone.</summary>
internal sealed class GroupDraws(SplitRule rule)
{
    // Apart from the parts, which are the purposes of other draws.
    private const byte Purpose = 128;

    public Part Next(UInt128 group)
    {
        // 53 bits: 0 to below 1, exactly.
        var drawn = (SeededHash.Of(rule.Spec.Seed, Purpose, 0, group) >> 11) * (1.0 / (1UL << 53));
        return drawn < rule.Test ? Part.Test
            : drawn < rule.Test + ((1 - rule.Test) * rule.Validation) ? Part.Validation
            : Part.Train;
    }
}
