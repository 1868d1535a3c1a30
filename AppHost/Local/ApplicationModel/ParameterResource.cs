namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>A value from the app host's configuration.</summary>
public class ParameterResource : Resource
{
    internal ParameterResource(string name, bool secret, Func<string> value) : base(name) => (Secret, Value) = (secret, value);

    public bool Secret { get; }

    internal Func<string> Value { get; }
}
