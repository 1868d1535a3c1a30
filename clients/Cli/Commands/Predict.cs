using System.CommandLine;
using Google.Protobuf;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Inference.V1;

namespace Mesh.Cli.Commands;

internal sealed class Predict : MeshCommand
{
    // The gateway replays a request up to 4 MiB on another replica if one dies.
    private const int RequestBytes = 3 << 20;
    private const int RequestInstances = 64;

    private readonly Argument<string> _deployment = new("DEPLOYMENT") { Description = "What answers." };

    private readonly Argument<FileInfo[]> _files = new Argument<FileInfo[]>("FILES")
    {
        Description = "Images: PNG, JPEG, WebP, GIF or TIFF.",
        Arity = ArgumentArity.OneOrMore,
    }.AcceptExistingOnly();

    private readonly Option<int> _top = new("--top", "-k") { Description = "How many classes to show for each; 0 means all.", HelpName = "N", DefaultValueFactory = _ => 3 };

    public Predict()
        : base("predict", "Asks a deployment what is on images.",
            "mesh predict fashion-mnist shoe.png", "mesh predict fashion-mnist *.png --top 1 --output json")
    {
        Add(_deployment);
        Add(_files);
        Add(_top);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "deployments", run.Get(_deployment));
        var answer = new PredictResponse();
        foreach (var part in Parts(run.Get(_files)))
        {
            var request = new PredictRequest { Name = name, TopK = run.Get(_top) };
            foreach (var file in part)
            {
                request.Instances.Add(new Instance { Image = ByteString.CopyFrom(await File.ReadAllBytesAsync(file.FullName, run.Cancel)) });
            }

            answer.MergeFrom(await run.Mesh.Predictions.PredictAsync(request, cancellationToken: run.Cancel));
        }

        run.Show(answer, output =>
        {
            TextTable.Write(output, ["FILE", "CLASS", "PROBABILITY"], run.Get(_files).Zip(answer.Predictions).SelectMany(pair =>
                pair.Second.Classes.Select((c, i) => (string[])[i == 0 ? pair.First.Name : "", c.Label, Amount.Percent(c.Probability)])));
            output.WriteLine($"\nAnswered by {answer.ModelVersion}.");
        });
        return ExitCode.Ok;
    }

    /// <summary>As many files to a request as the limits allow; a larger file goes alone.</summary>
    private static IEnumerable<List<FileInfo>> Parts(IEnumerable<FileInfo> files)
    {
        var (part, bytes) = (new List<FileInfo>(), 0L);
        foreach (var file in files)
        {
            if (part.Count > 0 && (part.Count == RequestInstances || bytes + file.Length > RequestBytes))
            {
                yield return part;
                (part, bytes) = ([], 0);
            }

            part.Add(file);
            bytes += file.Length;
        }

        yield return part;
    }
}
