using Microsoft.Extensions.Configuration;

namespace Mesh.AppHost.Local;

/// <summary>Collects the resources of a mesh. The members are those of Aspire's interface that an app host here may use.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The folder that relative project paths start from.</summary>
    string AppHostDirectory { get; }

    /// <summary>Environment variables below the options of the command line.</summary>
    ConfigurationManager Configuration { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    DistributedApplication Build();
}
