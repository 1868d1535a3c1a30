using System.Runtime.InteropServices;

namespace Mesh.Trainer.Torch;

/// <summary>
/// Loads libtorch and TorchSharp's native library. Call before the first use of <c>torch</c>.
/// TorchSharp 0.107 is linked against GCC 13's libstdc++ by a version mark that nothing in it needs; on systems with
/// GCC 12 (Debian 12) this makes a private copy with the mark made optional. Elsewhere it loads the library as it is.
/// </summary>
public static class NativeTorch
{
    private const string LibraryName = "libLibTorchSharp.so";
    private const string OptionalVersion = "GLIBCXX_3.4.32";

    // Each needs the ones before it; loaded by path, the copy then finds them by name.
    private static readonly string[] Dependencies = ["libc10.so", "libgomp-*.so.1", "libtorch_cpu.so", "libtorch.so"];

    private static readonly Lock Gate = new();
    private static bool loaded;

    /// <summary>Costs about a second on the first call and nothing afterwards.</summary>
    /// <exception cref="NativeTorchException">A library is missing or cannot be loaded; names it and the cause.</exception>
    public static void EnsureLoaded()
    {
        lock (Gate)
        {
            if (loaded) return;
            // Elsewhere TorchSharp's own search is enough.
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64) Load(Folder());
            loaded = true;
        }
    }

    /// <summary>The folder with the native libraries, by NuGet's layout or next to the program when published.</summary>
    internal static string Folder()
    {
        string[] folders = [Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"), AppContext.BaseDirectory];
        return folders.FirstOrDefault(f => File.Exists(Path.Combine(f, LibraryName)))
            ?? throw new NativeTorchException(LibraryName, $"not found in {string.Join(" or ", folders)}");
    }

    private static void Load(string folder)
    {
        OpenMp.LimitSpinning();
        var library = Path.Combine(folder, LibraryName);
        try
        {
            NativeLibrary.Load(library);
        }
        catch (DllNotFoundException refused) when (refused.Message.Contains(OptionalVersion))
        {
            var copy = PatchedLibrary.Create(library, OptionalVersion, PatchedLibrary.DefaultFolder);
            foreach (var pattern in Dependencies) LoadOrExplain(Find(folder, pattern));
            // TorchSharp asks for the library by its soname, which is in the process from now on.
            LoadOrExplain(copy);
        }
        catch (DllNotFoundException refused)
        {
            throw new NativeTorchException(library, refused.Message, refused);
        }
    }

    private static string Find(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Order().FirstOrDefault()
        ?? throw new NativeTorchException(pattern, $"not found in {folder}");

    private static void LoadOrExplain(string path)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException refused)
        {
            throw new NativeTorchException(path, refused.Message, refused);
        }
    }
}
