using Mesh.Gateway.TestReplica;

// Serves until standard input ends, so that no replica outlives the test that started it.
await using var replica = await ReplicaServer.StartAsync(args[0]);
Console.WriteLine(replica.Address);
using var input = Console.OpenStandardInput();
var ignored = new byte[64];
while (await input.ReadAsync(ignored) > 0)
{
}
