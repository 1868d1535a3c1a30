namespace Mesh.Benchmarks.Data;

/// <summary>One number of the data path, and what it must reach.</summary>
/// <param name="Name">Area and measure: <c>loader.gather_vs_memcpy_28</c>.</param>
/// <param name="Measure">Takes some 20 s, or says that it takes longer; removes what it wrote.</param>
internal sealed record Benchmark(string Name, Target Target, Func<Task<double>> Measure)
{
    /// <summary>One that only computes.</summary>
    public Benchmark(string name, Target target, Func<double> measure)
        : this(name, target, () => Task.Run(measure))
    {
    }
}
