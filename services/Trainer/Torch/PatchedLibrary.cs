using System.Security.Cryptography;

namespace Mesh.Trainer.Torch;

/// <summary>A private copy of a native library with one required version made optional.</summary>
internal static class PatchedLibrary
{
    /// <summary><c>$XDG_CACHE_HOME/mesh/native</c>, else <c>~/.cache/mesh/native</c>, else a folder of this user's in the temporary one.</summary>
    public static string DefaultFolder
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (!string.IsNullOrEmpty(cache)) return Path.Combine(cache, "mesh", "native");
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return string.IsNullOrEmpty(home)
                ? Path.Combine(Path.GetTempPath(), $"mesh-{Environment.UserName}", "native")
                : Path.Combine(home, ".cache", "mesh", "native");
        }
    }

    /// <summary>
    /// Returns the path of the copy, named by the hash of the original. A copy that is there already is compared with
    /// what it should be, so a damaged or foreign file is never loaded; a new one appears whole, by a rename.
    /// </summary>
    /// <exception cref="NativeTorchException">The library cannot be patched, or the folder cannot be written.</exception>
    public static string Create(string library, string version, string folder)
    {
        try
        {
            var bytes = File.ReadAllBytes(library);
            var name = $"{Path.GetFileNameWithoutExtension(library)}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}.so";
            if (!ElfVersions.MakeOptional(bytes, version))
                throw new NativeTorchException(library, $"does not ask for {version}");

            CreatePrivate(folder);
            var copy = Path.Combine(folder, name);
            if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(bytes)) return copy;

            var temporary = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, copy, overwrite: true);
            return copy;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new NativeTorchException(library, $"cannot be adapted to this system's libstdc++ (copy in {folder}): {failure.Message}", failure);
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
