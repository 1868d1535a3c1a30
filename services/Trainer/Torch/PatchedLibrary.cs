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

            RemoveUnfinished(folder, name);
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

    // What killed processes left. Not what another one may be writing now.
    private static void RemoveUnfinished(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $".{name}.*"))
            if (File.GetLastWriteTimeUtc(file) < DateTime.UtcNow.AddHours(-1)) File.Delete(file);
    }

    // Anybody can prepare a folder of this name in the temporary one. Who may write in it could change the library between
    // its comparison and its loading.
    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder, Owner);
        if ((File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            throw new UnauthorizedAccessException("others may write in this folder");
        // Only the owner may do this, so it fails where somebody else was first.
        File.SetUnixFileMode(Path.GetDirectoryName(folder)!, Owner);
        File.SetUnixFileMode(folder, Owner);
    }
}
