using System.Formats.Tar;
using System.Text;
using Grpc.Core;
using Mesh.Registry.Tests.Hosting;
using Mesh.Registry.V1;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class HostileBundleTests
{
    public static TheoryData<DatabaseKind, string, string> Bundles()
    {
        var all = new TheoryData<DatabaseKind, string, string>();
        foreach (var database in Enum.GetValues<DatabaseKind>())
        {
            all.Add(database, "noise", "archive");
            all.Add(database, "cut", "model.onnx");
            all.Add(database, "claims 2 GB", "model.onnx");
            all.Add(database, "link", "../../etc/passwd");
            all.Add(database, "future", "bundle.json");
            all.Add(database, "signature", "signature.json");
            all.Add(database, "labels", "labels.json");
            all.Add(database, "many labels", "labels.json");
            all.Add(database, "extra", "evil.sh");
        }

        return all;
    }

    [Theory, MemberData(nameof(Bundles))]
    public async Task Is_refused_by_the_name_of_its_file_and_leaves_nothing(DatabaseKind database, string kind, string file)
    {
        await using var host = await RegistryHost.StartAsync(database);
        await host.Models.CreateAsync("m");
        var upload = await host.Models.UploadAsync(Make(kind));
        var (code, reason, error) = await FailsAsync(() => host.Models.RegisterAsync("m", upload, "production", "r"));
        Assert.Equal((StatusCode.InvalidArgument, "BUNDLE_INVALID"), (code, reason));
        var status = error.GetRpcStatus()!;
        Assert.Equal(file, status.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["file"]);
        Assert.Equal("upload", Assert.Single(status.GetDetail<Google.Rpc.BadRequest>()!.FieldViolations).Field);

        var model = await host.Models.GetAsync("m");
        Assert.Equal(0, model.LatestVersion);
        Assert.Empty(model.Aliases);
        var versions = await host.Models.ListModelVersionsAsync(
            new ListModelVersionsRequest { Parent = model.Name }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(versions.Versions);
        // Neither the number nor the request id was used up.
        Assert.EndsWith("/versions/1", (await host.Models.RegisterAsync("m", await host.Models.UploadAsync(TestBundle.Bytes(1)), "production", "r")).Name);
    }

    private static byte[] Make(string kind)
    {
        var good = TestBundle.Bytes(1);
        switch (kind)
        {
            case "noise":
                return TestBundle.Model(1, 3000);
            case "cut":
                return good[..3000];
            case "claims 2 GB":
                return Tar(("bundle.json", "{\"format_version\":1}"), ("model.onnx", "x"))[..1536] is var head ? Claim(head) : [];
            case "link":
                return Link();
            case "future":
                return Tar(("bundle.json", "{\"format_version\":99}"));
            case "signature":
                return Tar(("bundle.json", "{\"format_version\":1}"), ("model.onnx", "x"), ("signature.json", "{\"task\":\"t\",\"inputs\":[],\"outputs\":[]}"));
            case "labels":
                return Tar(
                    ("bundle.json", "{\"format_version\":1}"), ("model.onnx", "x"),
                    ("signature.json", """{"task":"t","inputs":[{"name":"i","datatype":"FP32","shape":[-1]}],"outputs":[{"name":"o","datatype":"FP32","shape":[-1]}]}"""),
                    ("transforms.json", "{}"), ("labels.json", "[\"a\",\"a\"]"));
            case "many labels":
                return TestBundle.Bytes(1, labels: [.. Enumerable.Range(0, 2000).Select(i => $"{i:d4}{new string('x', 1000)}")]);
            case "extra":
                using (var stream = new MemoryStream())
                {
                    stream.Write(good.AsSpan(0, good.Length - 1024));
                    stream.Write(Tar(("evil.sh", "rm -rf /")));
                    return stream.ToArray();
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    /// <summary>Changes the size in the second header to 2,000,000,000 and mends the checksum.</summary>
    private static byte[] Claim(byte[] head)
    {
        var header = head.AsSpan(1024, 512);
        Encoding.ASCII.GetBytes(Convert.ToString(2_000_000_000, 8).PadLeft(11, '0')).CopyTo(header[124..]);
        Encoding.ASCII.GetBytes("        ").CopyTo(header[148..]);
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
        return head;
    }

    private static byte[] Tar(params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        return stream.ToArray();
    }

    private static byte[] Link()
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "../../etc/passwd") { LinkName = "/etc/passwd" });
        }

        return stream.ToArray();
    }
}
