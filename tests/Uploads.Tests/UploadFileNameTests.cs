using CsCheck;
using Xunit;

namespace Mesh.Uploads.Tests;

public sealed class UploadFileNameTests
{
    [Theory]
    [InlineData("train.zip")]
    [InlineData("a/b/c.png")]
    [InlineData("Ünïcode/猫.png")]
    [InlineData("..hidden")]
    [InlineData("a b/c..d")]
    [InlineData("😀.png")]
    public void Plain_relative_names_pass(string name) => Assert.Null(UploadFileName.Problem(name));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData("C:/x")]
    [InlineData("c:x")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("\u001b[31mred")]
    [InlineData("\u0085")]
    public void Others_do_not(string name) => Assert.NotNull(UploadFileName.Problem(name));

    [Fact]
    public void A_lone_surrogate_has_no_bytes_and_does_not_pass() => Assert.NotNull(UploadFileName.Problem("a" + (char)0xd800));

    [Fact]
    public void Lengths_are_those_of_file_systems()
    {
        Assert.Null(UploadFileName.Problem(new string('a', 255)));
        Assert.NotNull(UploadFileName.Problem(new string('a', 256)));
        Assert.NotNull(UploadFileName.Problem(new string('é', 128)));
        Assert.NotNull(UploadFileName.Problem(string.Join('/', Enumerable.Repeat("aaaa", 300))));
    }

    [Fact]
    public void A_name_that_passes_stays_below_the_folder_it_is_joined_to() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["./\\ab:\n"], 0, 12]).Sample(name =>
    {
        if (UploadFileName.Problem(name) is null)
        {
            var path = Path.GetFullPath(Path.Join("/base", name));
            Assert.StartsWith("/base/", path);
            Assert.DoesNotContain(path, char.IsControl);
        }
    });
}
