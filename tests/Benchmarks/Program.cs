using Mesh.Benchmarks;
using Mesh.Benchmarks.Data;

// dotnet run -c Release --project tests/Benchmarks -- AREA [options]; prints NAME VALUE lines.
return args switch
{
    ["mainjob", .. var options] => await MainJob.RunAsync(options),
    // The other end of a benchmark, which starts it.
    [RawEndpoint.Verb, var folder] => await RawEndpoint.RunAsync(folder),
    ["data", .. var names] => await DataBenchmarks.RunAsync(names),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release --project tests/Benchmarks -- AREA [options]

        Areas:
          mainjob   the demo from files to served predictions: seconds per stage, images/s of training, predictions/s
                    through the gateway and, in the same run, straight to a replica.
                    Options go to the demo: --data DIR, --epochs N.
          data      the data path, part by part; all, or those named: loader, loader.gather_vs_memcpy_28, ...
                    Each has a target, which standard error shows; exit code 1 when one is missed.

        Each line of the result is "NAME VALUE". Results worth keeping go to tests/Benchmarks/Results/DATE-AREA.md.
        """);
    return 2;
}
