using System.CommandLine;
using Google.Protobuf;
using Mesh.Cli.Output;
using Mesh.Client;

namespace Mesh.Cli.Running;

/// <summary>Everything a running command has: the mesh, the parsed arguments and a place to write to.</summary>
internal sealed record CommandRun(MeshClient Mesh, Terminal Terminal, ParseResult Parsed, CancellationToken Cancel)
{
    /// <summary>The project's id.</summary>
    public string ProjectId => Parsed.GetValue(GlobalOptions.Project) ?? "default";

    /// <summary>"projects/{project}"</summary>
    public string Project => $"projects/{ProjectId}";

    /// <summary>Whether the result goes out as JSON.</summary>
    public bool Json => Parsed.GetValue(GlobalOptions.Output) == "json";

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Null only for an argument that may be left out.</summary>
    public T Get<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    /// <summary>Whether the user gave it.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };

    /// <summary>Writes a result: as JSON, or as the text writes it.</summary>
    public void Show(IMessage message, Action<TextWriter> text)
    {
        if (Json)
        {
            Terminal.Json(message);
        }
        else
        {
            text(Terminal.Out);
        }
    }

    /// <summary>Writes a list: as JSON, or as a table with a word when it is empty.</summary>
    public void ShowTable<T>(IMessage message, IReadOnlyCollection<T> items, string whenEmpty, string[] header, Func<T, string[]> row) => Show(message, output =>
    {
        if (items.Count == 0)
        {
            output.WriteLine(whenEmpty);
        }
        else
        {
            TextTable.Write(output, header, items.Select(row));
        }
    });

    /// <summary>A command as people can type it next: for the same project and mesh as this one.</summary>
    /// <param name="command">"dataset upload pets FILES"</param>
    public string Command(string command) =>
        $"mesh {command}{(ProjectId == "default" ? "" : $" --project {ProjectId}")}{(Has(GlobalOptions.Gateway) ? $" --gateway {Parsed.GetValue(GlobalOptions.Gateway)}" : "")}";

    /// <summary>A new id that makes a create call happen once however often it is sent.</summary>
    public static string NewRequestId() => $"cli-{Guid.CreateVersion7():n}";
}
