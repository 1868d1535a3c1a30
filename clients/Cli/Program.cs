using Mesh.Cli.Running;

return await CommandLine.RunAsync(args);
