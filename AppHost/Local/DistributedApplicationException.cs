namespace Mesh.AppHost.Local;

/// <summary>A fault that the operator can act on: its message is printed as one line, without a stack trace.</summary>
public class DistributedApplicationException : Exception
{
    public DistributedApplicationException(string message) : base(message)
    {
    }

    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}
