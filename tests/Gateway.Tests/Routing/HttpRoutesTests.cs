using Mesh.Gateway.Reflection;
using Mesh.Gateway.Routing;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

public class HttpRoutesTests
{
    [Theory]
    [InlineData("/v1/projects", "/v1/projects")]
    [InlineData("/v1/{name=projects/*}", "/v1/projects/{a0}")]
    [InlineData("/v1/{parent=projects/*}/datasets", "/v1/projects/{a0}/datasets")]
    [InlineData("/v1/{name=projects/*/datasets/*/versions/*}:watch", "/v1/projects/{a0}/datasets/{a1}/versions/{a2}:watch")]
    [InlineData("/v1/{dataset.name=projects/*/datasets/*}", "/v1/projects/{a0}/datasets/{a1}")]
    public void A_template_is_written_as_AspNet_writes_it(string rule, string expected) =>
        Assert.Equal(expected, HttpRoutes.AspNetTemplate(rule));

    [Fact]
    public void Every_rule_has_a_route_of_its_own_id()
    {
        var routes = PublicServices.All.SelectMany(HttpRoutes.Of).ToList();
        var rules = PublicServices.All.SelectMany(s => s.Methods).Count(m => m.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http) is not null);
        Assert.Equal(rules, routes.Count);
        Assert.Equal(routes.Count, routes.Select(r => r.RouteId).Distinct().Count());
        Assert.True(rules > 40);
    }
}
