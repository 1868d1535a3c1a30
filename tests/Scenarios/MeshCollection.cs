namespace Mesh.Scenarios;

/// <summary>Two cores run one mesh at a time.</summary>
[CollectionDefinition("mesh", DisableParallelization = true)]
public sealed class MeshCollection;
