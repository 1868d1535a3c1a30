using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Output;

/// <summary>A stage as a bar that stays on the screen when it is full; lines appear above it.</summary>
internal sealed class BarStage : IStage
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly ProgressTask _task;

    private BarStage(IAnsiConsole console, ProgressContext context, ProgressTask task) => (_console, _context, _task) = (console, context, task);

    public static Task<T> RunAsync<T>(IAnsiConsole console, string title, Func<IStage, Task<T>> work) =>
        console.Progress()
            .AutoClear(false)
            .ExcludeVerticalPadding()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 30 },
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new DetailColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title.PadRight(11)));
                task.IsIndeterminate = true;
                try
                {
                    var result = await work(new BarStage(console, context, task));
                    task.IsIndeterminate = false;
                    task.Value = task.MaxValue;
                    return result;
                }
                finally
                {
                    task.IsIndeterminate = false;
                    task.StopTask();
                    context.Refresh();
                }
            });

    public void Report(double done, double total, string detail)
    {
        if (total > 0)
        {
            _task.IsIndeterminate = false;
            _task.MaxValue = total;
            // A full bar ends the task; only the end of the work does that.
            _task.Value = Math.Clamp(done, 0, total * 0.999);
        }

        _task.Tag = detail;
    }

    public void Line(string text) => _console.WriteLine(Printable.Line(text));

    public IStagePart Part(string title) => new BarPart(_context, title);

    private sealed class BarPart(ProgressContext context, string title) : IStagePart
    {
        private const int TitleWidth = 32;

        private readonly ProgressTask _task = context.AddTask(Markup.Escape("  " + Short(Printable.Line(title))));

        public void Report(double done, double total)
        {
            _task.MaxValue = Math.Max(total, 1);
            _task.Value = done;
            _task.Tag = $"{Amount.Bytes((long)done)} of {Amount.Bytes((long)total)}";
        }

        public void Dispose() => context.RemoveTask(_task);

        // The end of a path says more than its beginning.
        private static string Short(string text) => text.Length <= TitleWidth ? text : $"…{text.AsSpan(text.Length - TitleWidth + 1)}";
    }

    private sealed class DetailColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(Printable.Line(task.Tag as string ?? "")).Overflow(Overflow.Ellipsis);
    }
}
