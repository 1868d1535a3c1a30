namespace Mesh.Blobs;

/// <summary>Turns failures of the file system into <see cref="BlobStoreException"/>, whose message names no path.</summary>
internal static class StoreFault
{
    // errno values of Linux; .NET keeps them in HResult.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    public static T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception fault) when (IsFileFault(fault))
        {
            throw Translate(fault);
        }
    }

    public static void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    public static async ValueTask<T> Guard<T>(Func<ValueTask<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception fault) when (IsFileFault(fault))
        {
            throw Translate(fault);
        }
    }

    public static async ValueTask Guard(Func<ValueTask> action)
    {
        try
        {
            await action();
        }
        catch (Exception fault) when (IsFileFault(fault))
        {
            throw Translate(fault);
        }
    }

    private static bool IsFileFault(Exception fault) => fault is IOException or UnauthorizedAccessException;

    private static BlobStoreException Translate(Exception fault) => fault.HResult is NoSpace or QuotaExceeded
        ? new BlobStoreFullException(fault)
        : new BlobStoreException("The blob store could not read or write its storage.", fault);
}
