using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>What is wrong with the settings of imports, all of it at once.</summary>
internal sealed class ImportOptionsCheck : IValidateOptions<ImportOptions>
{
    public ValidateOptionsResult Validate(string? name, ImportOptions options)
    {
        var problems = new List<string>();
        foreach (var (section, part) in new (string, object)[] { ("Imports", options), ("Imports:Http", options.Http) })
        {
            var results = new List<ValidationResult>();
            Validator.TryValidateObject(part, new ValidationContext(part), results, validateAllProperties: true);
            problems.AddRange(results.Select(r => $"{section}: {r.ErrorMessage}"));
        }

        problems.AddRange(options.FileRoots.Where(root => !Path.IsPathFullyQualified(root)).Select(root => $"Imports:FileRoots: \"{root}\" is not an absolute path."));
        problems.AddRange(options.Http.AllowedHosts.Where(host => !IsHost(host)).Select(host => $"Imports:Http:AllowedHosts: \"{host}\" is not a host such as data.example.org or *.example.org."));
        if (options.S3.Endpoint.Length > 0 && !(Uri.TryCreate(options.S3.Endpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"))
        {
            problems.Add("Imports:S3:Endpoint: is not an address such as https://minio.example.org:9000.");
        }

        if (options.S3.AccessKey.Length > 0 != options.S3.SecretKey.Length > 0)
        {
            problems.Add("Imports:S3: give AccessKey and SecretKey, or neither.");
        }

        return problems.Count > 0 ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    private static bool IsHost(string host) => host == "*" || Uri.CheckHostName(host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host) != UriHostNameType.Unknown;
}
