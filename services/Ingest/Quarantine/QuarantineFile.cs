using Google.Protobuf;
using Mesh.Blobs;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Quarantine;

/// <summary>
/// The rejected records of a commit: one <see cref="RejectedRecord"/> after the other, length first, in a temporary file that
/// becomes a blob. Nothing is made before the first of them.
/// </summary>
internal sealed class QuarantineFile(string folder) : IDisposable
{
    private string? _path;
    private FileStream? _file;

    /// <summary>For files of the attempt.</summary>
    public string Folder => folder;

    public void Add(RejectedRecord rejected)
    {
        _file ??= Create();
        rejected.WriteDelimitedTo(_file);
    }

    /// <summary>Forgets what was added: the files are read anew.</summary>
    public void Clear()
    {
        _file?.Dispose();
        _file = null;
        if (_path is not null)
        {
            File.Delete(_path);
            _path = null;
        }
    }

    /// <summary>Ends the file. Null when nothing was added.</summary>
    public async Task<(string Path, HashedContent Content)?> FinishAsync(CancellationToken cancel)
    {
        if (_file is null)
        {
            return null;
        }

        await _file.DisposeAsync();
        _file = null;
        return (_path!, await HashedContent.OfFileAsync(_path!, cancel));
    }

    public void Dispose() => Clear();

    private FileStream Create()
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _path = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        return new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 64 * 1024, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
