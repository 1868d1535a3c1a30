namespace Mesh.ServiceDefaults.Errors;

/// <summary>Collects everything that is wrong with a request, so that the caller hears it all at once.</summary>
public sealed class Violations
{
    private readonly List<FieldViolation> _all = [];

    public bool Any => _all.Count > 0;

    public IReadOnlyList<FieldViolation> All => _all;

    public void Add(string field, string description) => _all.Add(new(field, description));

    /// <summary>Adds a violation unless <paramref name="holds"/>.</summary>
    public void Require(bool holds, string field, string description)
    {
        if (!holds)
        {
            Add(field, description);
        }
    }

    /// <exception cref="MeshException">INVALID_ARGUMENT with every violation.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw MeshError.Invalid(_all);
        }
    }
}
