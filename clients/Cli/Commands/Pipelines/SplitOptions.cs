using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>The options that become a <see cref="SplitSpec"/>.</summary>
internal sealed class SplitOptions
{
    private readonly Option<double?> _validation = new("--validation") { Description = $"Share of the training data for validation, 0 to 0.5. [default: {SplitDefault.Share}]", HelpName = "SHARE" };

    private readonly Option<double?> _test = new("--test")
    {
        Description = $"Share for testing when the data has no test split of its own, 0 to 0.5. [default: {SplitDefault.Share}]", HelpName = "SHARE",
    };

    private readonly Option<long?> _seed = new("--seed") { Description = "The same seed and data give the same split. [default: 1]", HelpName = "N" };

    private readonly Option<string> _strategy = new Option<string>("--split-by")
    {
        Description = "How records are divided: stratified (exact shares of each class), random (of all records), group (groups stay whole), "
            + "time (the latest for testing) or predefined (as the data says). [default: stratified; of windows their time, or else their group]",
        HelpName = "WAY",
    }.AcceptOnlyFromAmong("stratified", "random", "group", "time", "predefined");

    private readonly Option<string> _column = new("--split-column")
    {
        Description = "The column that has the class, the group, the time, or the words train, validation and test.", HelpName = "COLUMN",
    };

    private readonly Option<string> _duplicates = new Option<string>("--split-duplicates")
    {
        Description = "What to do about equal records in different parts: fail, keep them together, drop all but the first, or allow them. [default: fail]",
        HelpName = "fail|together|drop|allow",
    }.AcceptOnlyFromAmong("fail", "together", "drop", "allow");

    public IEnumerable<Option> All => [_validation, _test, _seed, _strategy, _column, _validationFrom, _testFrom, _duplicates];

    private readonly Option<string> _validationFrom = new("--validation-from")
    {
        Description = "With --split-by time, instead of shares: the time (2015-06-01) or number at which validation begins, so that later records move no others.", HelpName = "MOMENT",
    };

    private readonly Option<string> _testFrom = new("--test-from") { Description = "The same for testing.", HelpName = "MOMENT" };

    /// <summary>What the options say, over what a file says.</summary>
    /// <exception cref="CommandException">They leave open what has no default.</exception>
    public SplitSpec Read(CommandRun run, Pipeline pipeline)
    {
        var (written, asked) = (pipeline.Split, run.Get(_strategy));
        var split = written ?? (asked is null ? SplitDefault.Of(pipeline) : new SplitSpec { Seed = 1 });
        split.Strategy = asked is null ? split.Strategy : Enum.Parse<SplitStrategy>(asked, ignoreCase: true);
        split.Duplicates = run.Get(_duplicates) is { } duplicates ? Enum.Parse<DuplicatePolicy>(duplicates, ignoreCase: true) : split.Duplicates;
        split.Column = run.Get(_column) ?? split.Column;
        split.Seed = run.Get(_seed) ?? split.Seed;
        split.ValidationFrom = run.Get(_validationFrom) ?? split.ValidationFrom;
        split.TestFrom = run.Get(_testFrom) ?? split.TestFrom;
        // What is predefined, or begins at a moment, leaves no shares to be drawn.
        var drawn = split.Strategy != SplitStrategy.Predefined && split.ValidationFrom.Length + split.TestFrom.Length == 0;
        var share = written is null ? (drawn ? SplitDefault.Share : 0) : (double?)null;
        split.ValidationFraction = run.Get(_validation) ?? share ?? split.ValidationFraction;
        split.TestFraction = run.Get(_test) ?? share ?? split.TestFraction;
        return split;
    }
}
