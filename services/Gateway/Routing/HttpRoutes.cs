using System.Text.RegularExpressions;
using Google.Api;
using Mesh.Gateway.Reflection;
using Yarp.ReverseProxy.Configuration;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Mesh.Gateway.Routing;

/// <summary>The HTTP/JSON routes of a service, from its google.api.http rules. The service itself does the transcoding.</summary>
internal static partial class HttpRoutes
{
    public static IEnumerable<RouteConfig> Of(ServiceDescriptor service) =>
        from method in service.Methods
        let rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http)
        where rule is not null
        from binding in rule.AdditionalBindings.Prepend(rule).Index()
        let route = Template(binding.Item)
        select new RouteConfig
        {
            RouteId = binding.Index == 0 ? $"{service.FullName}/{method.Name}" : $"{service.FullName}/{method.Name}/{binding.Index}",
            ClusterId = PublicServices.Owner(service),
            Match = new RouteMatch { Path = AspNetTemplate(route.Path), Methods = [route.Verb] },
        };

    /// <summary>"/v1/{name=projects/*/datasets/*}:watch" as ASP.NET writes it: "/v1/projects/{a0}/datasets/{a1}:watch".</summary>
    public static string AspNetTemplate(string path)
    {
        var next = 0;
        var flat = Variable().Replace(path, variable => variable.Groups["segments"].Value);
        return Star().Replace(flat, _ => $"{{a{next++}}}");
    }

    private static (string Verb, string Path) Template(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        _ => throw new InvalidOperationException($"A google.api.http rule of the kind {rule.PatternCase} is not routed."),
    };

    [GeneratedRegex(@"\{[a-z_.]+=(?<segments>[^}]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\*")]
    private static partial Regex Star();
}
