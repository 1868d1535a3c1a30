using Mesh.Ingest.Imports.Sources;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

internal static class ImportRegistration
{
    public static void AddImports(this IServiceCollection services)
    {
        services.AddOptions<ImportOptions>().BindConfiguration(ImportOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImportOptions>, ImportOptionsCheck>();
        services.AddSingleton<WebConnections>();
        services.AddSingleton<ImportSources>();
        services.AddSingleton<ImportListing>();
        services.AddSingleton<ImportCopy>();
        services.AddSingleton<ImportLeases>();
        services.AddSingleton<ImportStore>();
        services.AddHostedService<ImportRunner>();
        services.AddHostedService<ImportSweep>();
    }
}
