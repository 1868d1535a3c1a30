using System.Diagnostics;
using System.Text;

namespace Mesh.Scenarios.Harness;

/// <summary>All that a process prints, both streams in one.</summary>
internal sealed class ProcessOutput
{
    private readonly StringBuilder _text = new();

    public ProcessOutput(Process process)
    {
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    private void Add(string? line)
    {
        lock (_text)
        {
            _text.AppendLine(line);
        }
    }
}
