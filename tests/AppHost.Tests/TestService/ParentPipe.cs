namespace Mesh.AppHost.TestService;

/// <summary>The convention of every service: end when the inherited standard input does.</summary>
internal static class ParentPipe
{
    public static void Watch()
    {
        if (Environment.GetEnvironmentVariable("MESH_PARENT_PIPE") != "1")
            return;
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            var buffer = new byte[64];
            while (input.Read(buffer) > 0)
            {
            }
            Environment.Exit(3);
        })
        { IsBackground = true }.Start();
    }
}
