using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Ingest.Versions;

/// <summary>Checks what a request says about how its files are to be read.</summary>
internal static class ReadingRequest
{
    private const int MaxNameLength = 256;
    private const int MaxNulls = 100;
    private const int MaxNullLength = 100;

    public static void Check(Violations violations, CreateDatasetVersionRequest request, IngestOptions limits)
    {
        violations.Require(
            request.MaxRejectedFraction is >= 0 and <= 1, "max_rejected_fraction", "must be above 0 to 1, or 0 for the default.");
        CheckOptions(violations, request.Options ?? new FormatOptions());
        CheckSchema(violations, request.Schema ?? new Schema(), limits);
    }

    private static void CheckOptions(Violations violations, FormatOptions options)
    {
        violations.Require(
            options.Delimiter.Length is 0 or 1 && options.Delimiter is not ("\"" or "\n" or "\r" or "\0"), "options.delimiter", "must be one character, and no quote or line end.");
        violations.Require(options.Encoding.Length == 0 || TextEncodings.IsKnown(options.Encoding), "options.encoding", "is not an encoding that is known here.");
        violations.Require(Enum.IsDefined(options.Header), "options.header", "is not a known value.");
        violations.Require(options.NullValues.Count <= MaxNulls, "options.null_values", $"has more than {MaxNulls} words.");
        violations.Require(options.NullValues.All(n => n.Length <= MaxNullLength), "options.null_values", $"has a word of more than {MaxNullLength} characters.");
        CheckName(violations, options.LabelColumn, "options.label_column");
        CheckName(violations, options.SplitColumn, "options.split_column");
        CheckName(violations, options.KeyColumn, "options.key_column");
    }

    private static void CheckSchema(Violations violations, Schema schema, IngestOptions limits)
    {
        violations.Require(schema.Columns.Count <= limits.MaxColumns, "schema.columns", $"{limits.MaxColumns} columns are possible here.");
        var names = new HashSet<string>();
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            var (column, field) = (schema.Columns[i], $"schema.columns[{i}]");
            violations.Require(column.Name.Length > 0, $"{field}.name", "is missing.");
            CheckName(violations, column.Name, $"{field}.name");
            violations.Require(names.Add(column.Name), $"{field}.name", "is there twice.");
            violations.Require(Enum.IsDefined(column.Type), $"{field}.type", "is not a known type.");
        }
    }

    private static void CheckName(Violations violations, string name, string field) =>
        violations.Require(name.Length <= MaxNameLength && !name.Any(char.IsControl), field, $"must have at most {MaxNameLength} characters, none of them a control character.");
}
