using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace Mesh.Cli.Output;

/// <summary>
/// Where a command writes. Results go to standard output. Progress goes there too when people read it, and to standard
/// error when the result is JSON; as bars on a terminal, as plain lines anywhere else.
/// </summary>
internal sealed class Terminal
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());

    private const nint StandardOutput = 1;

    /// <summary>EPIPE of Linux.</summary>
    private const int BrokenPipe = 32;

    private readonly IAnsiConsole? _bars;
    private readonly TextWriter _progress;

    public Terminal(bool json, bool quiet)
    {
        Out = Console.Out;
        Error = Console.Error;
        _progress = quiet ? TextWriter.Null : json ? Error : Out;
        var redirected = json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        if (!quiet && !redirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_progress) });
            _bars = console.Profile.Capabilities is { Ansi: true, Interactive: true } ? console : null;
        }
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output for many bytes. Unlike <see cref="Out"/> it fails when the reader of a pipe has gone; flush it at the end.</summary>
    public static Stream OpenData()
    {
        var pipe = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // A file is shared with whoever writes to it next, and a FileStream would not move its place.
        return new BufferedStream(pipe.CanSeek ? Console.OpenStandardOutput() : pipe, 1 << 16);
    }

    /// <summary>Whether writing failed because the other end of the pipe is closed.</summary>
    public static bool IsNobodyReading(IOException e) => e.HResult == BrokenPipe;

    /// <summary>The result of a command that was asked for JSON.</summary>
    public void Json(IMessage message) => Out.WriteLine(Formatter.Format(message));

    /// <summary>A line about what happens; part of the progress, not of the result.</summary>
    public void Note(string line) => _progress.WriteLine(Printable.Line(line));

    /// <summary>Shows one stage of work while it runs: a bar on a terminal, else a line now and then.</summary>
    public async Task<T> StageAsync<T>(string title, Func<IStage, Task<T>> work)
    {
        if (_bars is not null)
        {
            return await BarStage.RunAsync(_bars, title, work);
        }

        var stage = new LineStage(_progress, title, TimeProvider.System);
        var result = await work(stage);
        stage.Finish();
        return result;
    }
}
