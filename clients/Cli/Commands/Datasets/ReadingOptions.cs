using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>How the files of a new version are read: the options that `dataset upload` and `dataset import` share.</summary>
internal sealed class ReadingOptions
{
    private static readonly Dictionary<string, DataFormat> Formats = new()
    {
        ["idx"] = DataFormat.Idx,
        ["image-folder"] = DataFormat.ImageFolder,
        ["csv"] = DataFormat.Csv,
        ["jsonl"] = DataFormat.Jsonl,
        ["json"] = DataFormat.Json,
        ["parquet"] = DataFormat.Parquet,
        ["arrow"] = DataFormat.Arrow,
        ["text-folder"] = DataFormat.TextFolder,
        ["coco"] = DataFormat.Coco,
        ["yolo"] = DataFormat.Yolo,
        ["sentence-pairs"] = DataFormat.SentencePairs,
    };

    private static readonly Dictionary<string, ColumnType> Types = new()
    {
        ["string"] = ColumnType.String,
        ["int64"] = ColumnType.Int64,
        ["double"] = ColumnType.Double,
        ["bool"] = ColumnType.Bool,
        ["timestamp"] = ColumnType.Timestamp,
        ["bytes"] = ColumnType.Bytes,
    };

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = $"One of {string.Join(", ", Formats.Keys)}. [default: found from the content]",
        HelpName = "FORMAT",
    }.AcceptOnlyFromAmong([.. Formats.Keys]);

    private readonly Option<FileInfo> _labels = new Option<FileInfo>("--labels")
    {
        Description = "A file with the class names, one a line, in the order of the integer labels. [default: labels.txt of the upload]",
        HelpName = "FILE",
    }.AcceptExistingOnly();

    private readonly Option<string> _labelColumn = new("--label-column") { Description = "The column of classes, for histograms. [default: the one called label]", HelpName = "NAME" };
    private readonly Option<string> _splitColumn = new("--split-column") { Description = "The column that says train, test or validation. [default: by names of files and folders]", HelpName = "NAME" };
    private readonly Option<string> _keyColumn = new("--key-column") { Description = "The column whose values are there once each; tells changed records from new ones.", HelpName = "NAME" };

    private readonly Option<string[]> _types = new("--type")
    {
        Description = $"A column's type: COLUMN=TYPE, one of {string.Join(", ", Types.Keys)}; with \"!\" behind it, a record without a value is rejected. May be repeated. [default: found]",
        HelpName = "COLUMN=TYPE",
        Validators = { CheckTypes },
    };

    private readonly Option<string> _delimiter = new("--delimiter") { Description = "The character between fields of a table; \"tab\" for a tab. [default: found]", HelpName = "CHARACTER" };
    private readonly Option<string> _encoding = new("--encoding") { Description = "Of texts: utf-8, utf-16, windows-1252, … [default: found]", HelpName = "NAME" };

    private readonly Option<string> _header = new Option<string>("--header")
    {
        Description = "Whether the first row of a table names the columns. [default: found]",
        HelpName = "present|absent",
    }.AcceptOnlyFromAmong("present", "absent");

    private readonly Option<string[]> _nulls = new("--null") { Description = "A word that stands for a missing value. May be repeated. [default: nothing, NA, NaN, null and the like]", HelpName = "WORD" };
    private readonly Option<bool> _strict = new("--strict") { Description = "Fail at the first bad record, instead of keeping bad ones aside." };

    private readonly Option<double> _maxRejected = new Option<double>("--max-rejected")
    {
        Description = "Fail when a larger share of the records is bad. [default: 0.5]",
        HelpName = "SHARE",
    };

    /// <summary>As --format has it: "text-folder"; nothing while it is not known.</summary>
    public static string Word(DataFormat format) => Formats.FirstOrDefault(known => known.Value == format).Key ?? "";

    public void AddTo(Command command)
    {
        Option[] all =
            [_format, _labels, _labelColumn, _splitColumn, _keyColumn, _types, _delimiter, _encoding, _header, _nulls, _strict, _maxRejected];
        foreach (var option in all)
        {
            command.Add(option);
        }
    }

    public async Task FillAsync(CommandRun run, CreateDatasetVersionRequest request)
    {
        request.Format = run.Get(_format) is { } format ? Formats[format] : DataFormat.Unspecified;
        request.Options = new FormatOptions
        {
            LabelColumn = run.Get(_labelColumn) ?? "",
            SplitColumn = run.Get(_splitColumn) ?? "",
            KeyColumn = run.Get(_keyColumn) ?? "",
            Delimiter = run.Get(_delimiter) is "tab" or "\\t" ? "\t" : run.Get(_delimiter) ?? "",
            Encoding = run.Get(_encoding) ?? "",
            Header = run.Get(_header) switch
            {
                "present" => FormatOptions.Types.Header.Present,
                "absent" => FormatOptions.Types.Header.Absent,
                _ => FormatOptions.Types.Header.Unspecified,
            },
            NullValues = { run.Get(_nulls) ?? [] },
        };
        request.Schema = new Schema { Columns = { (run.Get(_types) ?? []).Select(t => Parse(t)!) } };
        request.Strict = run.Get(_strict);
        request.MaxRejectedFraction = run.Get(_maxRejected);
        if (run.Get(_labels) is { } labels)
        {
            request.LabelNames.Add(await File.ReadAllLinesAsync(labels.FullName, run.Cancel));
        }
    }

    private static void CheckTypes(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(t => Parse(t.Value) is null))
        {
            result.AddError($"--type is COLUMN=TYPE with one of {string.Join(", ", Types.Keys)}, not \"{token.Value}\".");
        }
    }

    // The last "=": names of columns may have one.
    private static Column? Parse(string text)
    {
        var at = text.LastIndexOf('=');
        var required = text.EndsWith('!');
        return at > 0 && Types.TryGetValue(text[(at + 1)..].TrimEnd('!'), out var type) ? new Column { Name = text[..at], Type = type, Nullable = !required } : null;
    }
}
