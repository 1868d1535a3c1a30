namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>An endpoint whose address is known once ports are given out.</summary>
public class EndpointReference
{
    internal EndpointReference(Resource owner, string endpointName)
    {
        if (owner.Endpoints.All(endpoint => endpoint.Name != endpointName))
            throw new DistributedApplicationException($"{owner.Name} has no endpoint called '{endpointName}'.");
        (Owner, EndpointName) = (owner, endpointName);
    }

    public string EndpointName { get; }

    internal Resource Owner { get; }
}
