// Torch's generator and its count of threads belong to the process, so tests that depend on them cannot run side by side.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
