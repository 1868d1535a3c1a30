namespace Mesh.Scenarios.Pipelines;

/// <summary>One mesh for all tests of pipelines, and no other beside it.</summary>
[CollectionDefinition("pipelines", DisableParallelization = true)]
public sealed class PipelinesCollection : ICollectionFixture<PipelineMesh>;
