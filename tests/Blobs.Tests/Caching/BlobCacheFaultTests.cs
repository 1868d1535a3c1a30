using System.Diagnostics;
using Mesh.Blobs.Caching;

namespace Mesh.Blobs.Tests.Caching;

public sealed class BlobCacheFaultTests : CacheTest
{
    [Fact]
    public async Task A_fetch_that_breaks_or_brings_other_bytes_leaves_nothing()
    {
        var cache = Cache();
        var content = Bytes.Random(2 * Mega);
        var digest = BlobDigest.Of(content);
        await Assert.ThrowsAsync<EndOfStreamException>(() => cache.OpenAsync(this, Scope, digest, _ => Task.FromResult<Stream>(new BreakingStream(content, Mega)), Cancellation));
        await Assert.ThrowsAsync<BlobCorruptException>(
            () => cache.OpenAsync(this, Scope, digest, _ => Task.FromResult<Stream>(new MemoryStream(Bytes.Random(2 * Mega, seed: 9))), Cancellation));
        Assert.Empty(Temporaries());
        Assert.False(File.Exists(PathOf(content)));
        (await OpenAsync(cache, content)).Dispose();
    }

    [Fact]
    public async Task A_copy_that_rotted_is_found_by_the_next_process_and_fetched_again()
    {
        var content = Bytes.Random(Mega);
        (await OpenAsync(Cache(), content)).Dispose();
        var bytes = await File.ReadAllBytesAsync(PathOf(content), Cancellation);
        bytes[77] ^= 1;
        await File.WriteAllBytesAsync(PathOf(content), bytes, Cancellation);
        using var local = await OpenAsync(Cache(), content);
        Assert.Equal(content, await File.ReadAllBytesAsync(local.Path, Cancellation));
        Assert.Equal(2, Fetched);
        Assert.Contains(Logs.Entries, entry => entry.Message.Contains("damaged"));
    }

    [Fact]
    public async Task A_full_disk_is_reported_as_such_after_the_unused_gave_way_and_leaves_nothing()
    {
        var disk = Directory.CreateDirectory(Root).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk) == 0, "Mounting a small disk takes root.");
        try
        {
            var cache = Cache();
            (await OpenAsync(cache, Bytes.Random(Mega, 1))).Dispose();
            (await OpenAsync(cache, Bytes.Random(Mega, 2))).Dispose();
            (await OpenAsync(cache, Bytes.Random(3 * Mega, 3))).Dispose();
            Assert.False(File.Exists(PathOf(Bytes.Random(Mega, 1))));
            await Assert.ThrowsAsync<BlobStoreFullException>(() => OpenAsync(cache, Bytes.Random(5 * Mega)));
            // Filled by somebody else while a fetch is under way.
            var late = await Assert.ThrowsAsync<BlobStoreFullException>(() => cache.OpenAsync(
                this, Scope, BlobDigest.Of(Bytes.Random(2 * Mega)), _ => Task.FromResult<Stream>(new FillingStream(Bytes.Random(2 * Mega), Path.Combine(disk, "other"))), Cancellation));
            Assert.Equal("The blob store is full.", late.Message);
            Assert.Empty(Temporaries());
        }
        finally
        {
            Run("umount", disk);
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Fills the disk before it gives its last bytes.</summary>
    private sealed class FillingStream(byte[] content, string filler) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 0 && !File.Exists(filler))
            {
                using var file = File.Create(filler);
                try
                {
                    for (var i = 0; i < 64; i++)
                    {
                        file.Write(new byte[1 << 16]);
                        file.Flush();
                    }
                }
                catch (IOException)
                {
                    // Full.
                }
            }
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
