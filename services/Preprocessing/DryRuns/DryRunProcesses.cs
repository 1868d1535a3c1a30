using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Mesh.Jobs.Launching;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>
/// Runs dry runs as child processes with limits, so that data which crashes a decoder or fills the memory ends its own dry
/// run and nothing else.
/// </summary>
public sealed class DryRunProcesses(
    DryRunFolders folders, IOptions<PreprocessingOptions> options, IConfiguration configuration, TimeProvider time, ILogger<DryRunProcesses> logger) : IDisposable
{
    private const int MaxAnswer = 4 << 20;
    private const int MaxErrors = 2000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>A killed process ends at once, unless the kernel waits for a disk.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(options.Value.ConcurrentDryRuns);

    /// <exception cref="MeshException">UNAVAILABLE when others take too long; FAILED_PRECONDITION when the records are too much.</exception>
    internal async Task<DryRunPipelineResponse> RunAsync(DryRunTask task, CancellationToken cancel)
    {
        if (!await _places.WaitAsync(TimeSpan.FromSeconds(options.Value.DryRunSeconds), cancel))
        {
            throw MeshError.Unavailable("DRY_RUNS_BUSY", "Other dry runs take all the room there is for them.", TimeSpan.FromSeconds(5));
        }

        try
        {
            return await RunInPlaceAsync(task, cancel);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<DryRunPipelineResponse> RunInPlaceAsync(DryRunTask task, CancellationToken cancel)
    {
        var folder = folders.Create();
        try
        {
            var outcome = await RunAsync(task, folder, cancel);
            return outcome.Response ?? throw MeshError.Precondition(outcome.Error.Reason, outcome.Error.Message);
        }
        finally
        {
            folders.Remove(folder);
        }
    }

    private async Task<DryRunOutcome> RunAsync(DryRunTask task, string folder, CancellationToken cancel)
    {
        using var process = Start(folder);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var errors = ReadAsync(process.StandardError.BaseStream, over.Token);
            var answer = ReadAsync(process.StandardOutput.BaseStream, over.Token);
            // The pipe stays open: its end tells the child that this process is gone.
            await process.StandardInput.BaseStream.WriteAsync(Delimited(task), over.Token);
            await process.StandardInput.BaseStream.FlushAsync(over.Token);
            await SuperviseAsync(process, cancel);
            var bytes = await answer;
            if (process.ExitCode == 0)
            {
                return DryRunOutcome.Parser.ParseFrom(bytes);
            }

            logger.DryRunEnded(process.ExitCode, Encoding.UTF8.GetString([.. (await errors).Take(MaxErrors)]));
            throw TooMuch($"ended with code {process.ExitCode}");
        }
        catch (Exception e) when (e is IOException or InvalidProtocolBufferException && !cancel.IsCancellationRequested)
        {
            logger.DryRunEnded(-1, e.GetType().Name);
            throw TooMuch("ended without an answer");
        }
        finally
        {
            await over.CancelAsync();
            await EndAsync(process);
        }
    }

    /// <summary>Nothing of it is at work in its folder afterwards.</summary>
    private async Task EndAsync(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(KillPatience, time);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
        catch (TimeoutException)
        {
            logger.DryRunNotEnded(KillPatience.TotalSeconds);
        }
    }

    /// <summary>Returns when the process has ended.</summary>
    private async Task SuperviseAsync(Process process, CancellationToken cancel)
    {
        var (began, exited) = (time.GetTimestamp(), process.WaitForExitAsync(cancel));
        while (await Task.WhenAny(exited, Task.Delay(Look, time, cancel)) != exited)
        {
            cancel.ThrowIfCancellationRequested();
            process.Refresh();
            if (time.GetElapsedTime(began) > TimeSpan.FromSeconds(options.Value.DryRunSeconds))
            {
                throw TooMuch($"took more than {options.Value.DryRunSeconds} seconds");
            }

            if (!process.HasExited && process.WorkingSet64 > (long)options.Value.DryRunMemoryMiB << 20)
            {
                throw TooMuch($"took more than {options.Value.DryRunMemoryMiB} MiB");
            }
        }

        await exited;
    }

    private Process Start(string folder)
    {
        var start = OwnProgram.Start(OwnProgram.Command(DryRunProgram.Verb));
        start.Environment[DryRunProgram.Folder] = folder;
        // It makes nothing, and may decode what somebody wants to break it with: no keys to the store either.
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("Blobs__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(key);
        }

        start.Environment["OMP_NUM_THREADS"] = start.Environment["VIPS_CONCURRENCY"] = "1";
        foreach (var (key, value) in configuration.GetSection("services").AsEnumerable().Concat(configuration.GetSection(PreprocessingOptions.Section).AsEnumerable()))
        {
            if (value is not null)
            {
                start.Environment[key.Replace(":", "__")] = value;
            }
        }

        try
        {
            return Process.Start(start) ?? throw new Win32Exception();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("The program of dry runs could not be started.", e);
        }
    }

    private static MeshException TooMuch(string what) =>
        MeshError.Precondition("DRY_RUN_FAILED", $"The dry run {what}. Try fewer records; one of them may be more than the transforms can take.");

    private static byte[] Delimited(DryRunTask task)
    {
        using var bytes = new MemoryStream();
        task.WriteDelimitedTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>All of a stream, up to what an answer may have.</summary>
    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            if (read.Length + count > MaxAnswer)
            {
                throw new IOException("The answer is too long.");
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }
}
