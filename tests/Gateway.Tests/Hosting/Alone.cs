using Xunit;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>Tests that measure this process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
