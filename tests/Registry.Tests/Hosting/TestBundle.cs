using System.Security.Cryptography;
using System.Text;
using Mesh.ModelGraph.Bundles;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>Small bundles. Registry does not run the model, so its bytes may be any.</summary>
public static class TestBundle
{
    public static readonly string[] Labels = ["cat", "dog"];

    /// <param name="seed">Different seeds give different bytes.</param>
    public static byte[] Bytes(int seed, int modelBytes = 5000, string[]? labels = null)
    {
        using var stream = new MemoryStream();
        ModelBundle.Write(stream, new BundleContent(
            Model(seed, modelBytes),
            new BundleSignature(
                BundleSignature.ImageClassification,
                [new TensorSignature("input", "FP32", [-1, 1, 28, 28])],
                [new TensorSignature("logits", "FP32", [-1, (labels ?? Labels).Length])]),
            Encoding.UTF8.GetBytes("{\"transforms\":[]}"),
            labels ?? Labels));
        return stream.ToArray();
    }

    public static byte[] Model(int seed, int bytes = 5000)
    {
        var model = new byte[bytes];
        new Random(seed).NextBytes(model);
        return model;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
