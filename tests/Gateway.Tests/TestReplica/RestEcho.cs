namespace Mesh.Gateway.TestReplica;

internal static class RestEcho
{
    /// <summary>Says who answered and what was asked; the query "status=" makes it an error.</summary>
    public static async Task AnswerAsync(HttpContext http, ReplicaServer replica)
    {
        var bytes = 0L;
        var buffer = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(buffer) is var read and > 0)
        {
            bytes += read;
        }

        if (int.TryParse(http.Request.Query["status"], out var status))
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsJsonAsync(new { error = "as asked" });
            return;
        }

        await http.Response.WriteAsJsonAsync(new
        {
            replica = replica.Id, method = http.Request.Method, path = http.Request.Path + http.Request.QueryString, bytes,
        });
    }
}
