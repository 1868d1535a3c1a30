using System.Globalization;
using Mesh.Cli.Output;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>A split in words.</summary>
internal static class SplitText
{
    /// <summary>What became of records that are equal to an earlier one.</summary>
    public static string Duplicates(SplitSpec split) => split.Duplicates switch
    {
        DuplicatePolicy.Drop => "left out",
        DuplicatePolicy.Together => "each in the part of the first of its kind",
        _ => "all in one part",
    };

    /// <summary>"by time of sold, validation 0.1, test 0.1, seed 1"</summary>
    public static string Of(SplitSpec? split)
    {
        if (split is null)
        {
            return "";
        }

        var strategy = split.Strategy == SplitStrategy.Unspecified ? SplitStrategy.Stratified : split.Strategy;
        var column = split.Column.Length > 0 ? $" of {split.Column}" : "";
        var fixedBorders = split.ValidationFrom.Length + split.TestFrom.Length > 0;
        var shares = strategy == SplitStrategy.Predefined ? "" : fixedBorders ? From("validation", split.ValidationFrom) + From("test", split.TestFrom) : string.Create(CultureInfo.InvariantCulture, $", validation {split.ValidationFraction}, test {split.TestFraction}");
        var seed = strategy is SplitStrategy.Predefined or SplitStrategy.Time ? "" : $", seed {split.Seed}";
        var duplicates = split.Duplicates is DuplicatePolicy.Unspecified or DuplicatePolicy.Fail ? "" : $", duplicates {split.Duplicates.ToString().ToLowerInvariant()}";
        return Printable.Line($"{strategy.ToString().ToLowerInvariant()}{column}{shares}{seed}{duplicates}");

        static string From(string part, string moment) => moment.Length > 0 ? $", {part} from {moment}" : "";
    }
}
