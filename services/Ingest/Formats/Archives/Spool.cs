using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>
/// Puts content that can only be read front to back into a file, for formats that have to seek. The file has no name once it
/// is open, so nothing is left of it when it is closed or the process dies.
/// </summary>
internal sealed class Spool(WorkFolder work, IOptions<IngestOptions> options)
{
    private const int BufferBytes = 256 * 1024;

    /// <exception cref="DatasetException">ENTRY_TOO_LARGE</exception>
    public async Task<Stream> CopyAsync(Stream content, string source, CancellationToken cancel)
    {
        var file = Create();
        try
        {
            var buffer = new byte[BufferBytes];
            int read;
            while ((read = await content.ReadAsync(buffer, cancel)) > 0)
            {
                if (file.Position + read > options.Value.MaxSpooledBytes)
                {
                    throw new DatasetException("ENTRY_TOO_LARGE", $"{source} has more than {options.Value.MaxSpooledBytes} bytes. Upload it by itself, neither compressed nor in an archive.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancel);
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private FileStream Create()
    {
        Directory.CreateDirectory(work.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(work.Path, Guid.NewGuid().ToString("n"));
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
        return file;
    }
}
