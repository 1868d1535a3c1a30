using System.Text;
using Google.Protobuf.WellKnownTypes;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Errors;
using Mesh.Preprocessing.V1;
using Mesh.Specs;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>A pipeline in a file of the user's; whatever is wrong with it is said with its line.</summary>
internal sealed class PipelineDocument
{
    private readonly FileInfo _file;
    private readonly PipelineFile _content;

    private PipelineDocument(FileInfo file, PipelineFile content) => (_file, _content) = (file, content);

    /// <exception cref="CommandException">It is not there or not a pipeline.</exception>
    public static async Task<PipelineDocument> ReadAsync(FileInfo file, CancellationToken cancel)
    {
        if (!file.Exists)
        {
            throw CommandException.Usage($"{file.FullName} does not exist.");
        }

        if (file.Length > PipelineFile.MaximumBytes)
        {
            throw CommandException.Usage($"{file.FullName} has {file.Length} bytes; a pipeline has at most {PipelineFile.MaximumBytes}.");
        }

        var text = await File.ReadAllBytesAsync(file.FullName, cancel);
        try
        {
            return new PipelineDocument(file, PipelineFile.Parse(text, FormatOf(file, text)));
        }
        catch (PipelineSpecException e)
        {
            throw CommandException.Usage(Text($"{file.FullName} is not a pipeline:", e.Violations));
        }
    }

    /// <summary>As the mesh takes it.</summary>
    /// <exception cref="CommandException">A field is not one of a pipeline.</exception>
    public Pipeline ToProto()
    {
        var pipeline = new Pipeline { Outputs = { _content.Spec.Outputs } };
        pipeline.Transforms.Add(_content.Spec.Transforms.Select(transform => new Transform
        {
            Type = transform.Type,
            Name = transform.Name,
            Inputs = { transform.Inputs },
            Outputs = { transform.Outputs },
            Parameters = transform.Parameters.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : Struct.Parser.ParseJson(transform.Parameters.GetRawText()),
        }));
        var violations = PipelineFields.Read(_content.Rest, pipeline).Select(violation => violation with { Line = _content.LineOf(violation.Field) }).ToList();
        return violations.Count == 0 ? pipeline : throw CommandException.Usage(Text($"{_file.FullName} is not a pipeline:", violations));
    }

    /// <summary>What the mesh said about the pipeline, with the lines it spoke of; null when it was about something else.</summary>
    public CommandException? Explain(MeshApiException e)
    {
        const string prefix = "pipeline.";
        return e.Violations.Any(violation => violation.Field.StartsWith(prefix, StringComparison.Ordinal))
            ? CommandException.Failed(Text($"The mesh refused {_file.FullName}:", e.Violations.Select(violation => violation.Field.StartsWith(prefix, StringComparison.Ordinal)
                ? new SpecViolation(violation.Field[prefix.Length..], violation.Description) { Line = _content.LineOf(violation.Field[prefix.Length..]) }
                : new SpecViolation(violation.Field, violation.Description))))
            : null;
    }

    /// <summary>A field with its line: "line 5: split.column".</summary>
    public string Place(string field) => $"line {_content.LineOf(field)}: {field}";

    /// <summary>By the name, or else by the first character: JSON begins with a brace.</summary>
    private static PipelineFileFormat FormatOf(FileInfo file, ReadOnlySpan<byte> text) => file.Extension.ToLowerInvariant() switch
    {
        ".json" => PipelineFileFormat.Json,
        ".yaml" or ".yml" => PipelineFileFormat.Yaml,
        _ => text.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? PipelineFileFormat.Json : PipelineFileFormat.Yaml,
    };

    private static string Text(string what, IEnumerable<SpecViolation> violations) =>
        violations.Aggregate(new StringBuilder(what), (text, violation) => text.Append($"\n  {Printable.Line(violation.ToString())}")).ToString();
}
