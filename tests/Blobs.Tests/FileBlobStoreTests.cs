using System.Diagnostics;

namespace Mesh.Blobs.Tests;

public sealed class FileBlobStoreTests : BlobStoreConformance
{
    private const int Chunk = HashedContent.ChunkSize;

    private readonly FileBlobStore store;

    public FileBlobStoreTests() => store = new FileBlobStore(Root);

    protected override IBlobStore Store => store;

    private string Root => Folder.File("blobs");

    [Fact]
    public async Task Files_lie_in_the_documented_layout_for_their_owner_only()
    {
        var digest = await WriteAsync(Bytes.Random(3 * Chunk));
        var path = PathOf(digest);
        Assert.Equal([path, path + ".chunks"], FilesUnderRoot());
        Assert.Equal(56 + 3 * 16, new FileInfo(path + ".chunks").Length);
        Assert.All(FilesUnderRoot(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.All(
            Directory.GetDirectories(Root, "*", SearchOption.AllDirectories).Append(Root),
            folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public async Task The_same_bytes_are_stored_once_and_heal_a_damaged_blob()
    {
        var content = Bytes.Random(100);
        var blob = await WriteAsync(content);
        await File.WriteAllBytesAsync(PathOf(blob), Bytes.Random(100, seed: 2), Cancellation);
        await Assert.ThrowsAsync<BlobCorruptException>(() => Store.VerifyAsync(Scope, blob, Cancellation));
        Assert.Equal(blob, await WriteAsync(content));
        await Store.VerifyAsync(Scope, blob, Cancellation);
        Assert.Single(await Store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.Empty(Directory.GetFiles(Path.Combine(Root, ".tmp")));
    }

    [Fact]
    public async Task What_a_killed_write_leaves_is_never_visible_and_is_swept_once_old()
    {
        await WriteAsync([1]);
        var old = Path.Combine(Root, ".tmp", Guid.NewGuid().ToString("N"));
        var live = Path.Combine(Root, ".tmp", Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(old, Bytes.Random(Chunk / 2), Cancellation);
        await File.WriteAllBytesAsync(live, Bytes.Random(Chunk / 2), Cancellation);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-61));

        var restarted = new FileBlobStore(Root);
        Assert.Single(await restarted.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(live));
    }

    [Fact]
    public async Task Chunk_hashes_published_before_a_crash_are_no_blob()
    {
        var content = Bytes.Random(10);
        var digest = await WriteAsync(content);
        File.Delete(PathOf(digest));
        Assert.Null(await store.StatAsync(Scope, digest, Cancellation));
        Assert.Empty(await store.ListAsync(Scope, Cancellation).ToListAsync(Cancellation));
        await WriteAsync(content);
        Assert.Equal(content, await ReadAsync(digest, 0, 10));
    }

    [Fact]
    public async Task A_changed_byte_is_found_by_every_read_that_touches_its_chunk()
    {
        var content = Bytes.Random(3 * Chunk);
        var digest = await WriteAsync(content);
        Corrupt(PathOf(digest), Chunk + 500);

        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(digest, 0, 3 * Chunk));
        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(digest, 2 * Chunk - 1, 1));
        await Assert.ThrowsAsync<BlobCorruptException>(() => store.VerifyAsync(Scope, digest, Cancellation));
        await Assert.ThrowsAsync<BlobCorruptException>(() => store.OpenLocalAsync(Scope, digest, Cancellation));
        Assert.Equal(content[..Chunk], await ReadAsync(digest, 0, Chunk));
        Assert.Equal(content[(2 * Chunk)..], await ReadAsync(digest, 2 * Chunk, Chunk));
    }

    [Fact]
    public async Task A_change_after_the_first_verification_is_found_when_the_file_looks_changed()
    {
        var digest = await WriteAsync(Bytes.Random(100));
        (await store.OpenLocalAsync(Scope, digest, Cancellation)).Dispose();
        Corrupt(PathOf(digest), 50);
        File.SetLastWriteTimeUtc(PathOf(digest), DateTime.UtcNow.AddSeconds(5));
        await Assert.ThrowsAsync<BlobCorruptException>(() => store.OpenLocalAsync(Scope, digest, Cancellation));
    }

    [Fact]
    public async Task A_truncated_blob_is_damaged()
    {
        var digest = await WriteAsync(Bytes.Random(2 * Chunk));
        await using (var file = File.OpenWrite(PathOf(digest)))
        {
            file.SetLength(Chunk);
        }
        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(digest, 0, 10));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_sound_chunk_hashes_a_read_fails_until_the_blob_was_verified(bool missing)
    {
        var content = Bytes.Random(Chunk + 1);
        var digest = await WriteAsync(content);
        var sidecar = PathOf(digest) + ".chunks";
        if (missing)
        {
            File.Delete(sidecar);
        }
        else
        {
            Corrupt(sidecar, 60);
        }
        await Assert.ThrowsAsync<BlobCorruptException>(() => ReadAsync(digest, 0, 10));
        await store.VerifyAsync(Scope, digest, Cancellation);
        Assert.Equal(content, await ReadAsync(digest, 0, content.Length));
    }

    [Fact]
    public async Task A_damaged_blob_is_healed_by_deleting_and_writing_it_again()
    {
        var content = Bytes.Random(1000);
        var digest = await WriteAsync(content);
        Corrupt(PathOf(digest), 1);
        await store.DeleteAsync(Scope, digest, Cancellation);
        await WriteAsync(content);
        Assert.Equal(content, await ReadAsync(digest, 0, 1000));
    }

    [Fact]
    public async Task A_storage_failure_is_typed_and_names_no_path()
    {
        Directory.Delete(Root, recursive: true);
        await File.WriteAllTextAsync(Root, "a file where the folder was", Cancellation);
        var failure = await Assert.ThrowsAsync<BlobStoreException>(() => WriteAsync([1, 2, 3]));
        Assert.DoesNotContain(Root, failure.Message);
        Assert.NotNull(failure.InnerException);
        Assert.Throws<BlobStoreException>(() => new FileBlobStore(Root));
    }

    [Fact]
    public async Task A_full_disk_is_reported_as_such_and_leaves_nothing()
    {
        var disk = Directory.CreateDirectory(Folder.File("disk")).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk) == 0, "Mounting a small disk takes root.");
        try
        {
            var small = new FileBlobStore(disk);
            var failure = await Assert.ThrowsAsync<BlobStoreFullException>(
                () => small.WriteAsync(Scope, new MemoryStream(Bytes.Random(8 * Chunk)), null, Cancellation));
            Assert.Equal("The blob store is full.", failure.Message);
            Assert.Empty(Directory.GetFiles(disk, "*", SearchOption.AllDirectories));

            // From another file system: copied, not renamed.
            var path = Folder.File("import");
            await File.WriteAllBytesAsync(path, Bytes.Random(Chunk), Cancellation);
            var blob = await small.ImportAsync(Scope, path, await HashedContent.OfFileAsync(path, Cancellation), Cancellation);
            await small.VerifyAsync(Scope, blob.Digest, Cancellation);
            Assert.False(File.Exists(path));
            Assert.Empty(Directory.GetFiles(Path.Combine(disk, ".tmp")));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private async Task<BlobDigest> WriteAsync(byte[] content) =>
        (await store.WriteAsync(Scope, new MemoryStream(content), null, Cancellation)).Digest;

    private async Task<byte[]> ReadAsync(BlobDigest digest, long offset, long length) =>
        await (await store.OpenReadAsync(Scope, digest, offset, length, Cancellation)).ReadAllAsync();

    private string PathOf(BlobDigest digest) => Path.Combine(Root, "ingest", "default", digest.Hex[..2], digest.Hex);

    private IEnumerable<string> FilesUnderRoot() => Directory.GetFiles(Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static void Corrupt(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
