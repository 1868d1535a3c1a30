using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Fitting;

/// <summary>Changed bytes are read as another valid state or refused with the typed error; nothing else may happen.</summary>
public class HostileStateTests
{
    private const int Header = 4 + 1 + 32;

    private static readonly Pipeline Images = Pipelines.Of(("decode-image", "{}"), ("label", "{}"), ("normalize", "{}"));

    [Fact]
    public void Partial_fits()
    {
        var good = Fitted().Save();
        Damage.Changes.Sample(changes =>
        {
            var bad = Damage.To(good, changes, Header);
            try
            {
                var fitter = Images.LoadFitter(bad, Images.Unfitted);
                // What was accepted is a state like any other: it is written as it was read, merges, and completes or says why not.
                Assert.Equal(bad, fitter.Save());
                var sum = Fitted();
                sum.Merge(fitter);
                sum.Complete();
            }
            catch (Exception e) when (e is PipelineSpecException or TransformException)
            {
            }
        }, iter: 20_000, threads: 1);
    }

    [Fact]
    public void Partial_fits_cut_short_or_too_long()
    {
        var good = Fitted().Save();
        for (var length = 0; length < good.Length; length++)
            Assert.Throws<PipelineSpecException>(() => Images.LoadFitter(good.AsMemory(0, length), Images.Unfitted));
        Assert.Throws<PipelineSpecException>(() => Images.LoadFitter((byte[])[.. good, 0], Images.Unfitted));
        good[4] = 9;
        Assert.Throws<PipelineSpecException>(() => Images.LoadFitter(good, Images.Unfitted));
    }

    [Fact]
    public void A_count_cannot_ask_for_more_memory_than_its_bytes()
    {
        // 65,536 labels announced in four bytes.
        var state = new FitReader(new byte[] { 0x80, 0x80, 0x04, 0 }, "transforms[0]");
        Assert.Contains("65536 at byte 3 is more than the 1 bytes that follow", Assert.Throws<PipelineSpecException>(() => state.Count(65536)).Message);
    }

    [Fact]
    public void Fitted_json()
    {
        var good = Images.Finish(Fitted().Complete()).ToJson();
        Damage.Changes.Sample(changes =>
        {
            try
            {
                FittedPipeline.Parse(Damage.To(good, changes, 0)).Row(Record(1));
            }
            catch (Exception e) when (e is PipelineSpecException or TransformException or ArgumentException { ParamName: "schema" })
            {
            }
        }, iter: 5_000, threads: 1);
    }

    [Fact]
    public void Json_of_passes()
    {
        var good = Fitted().Complete().ToJson();
        Damage.Changes.Sample(changes =>
        {
            try
            {
                Images.Finish(Images.ParseState(Damage.To(good, changes, 0)));
            }
            catch (Exception e) when (e is PipelineSpecException or ArgumentException { ParamName: "state" })
            {
            }
        }, iter: 5_000, threads: 1);
    }

    [Fact]
    public void Numbers_are_written_and_read_back()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Long, Gen.Double, Gen.String).Sample((high, low, integer, number, text) =>
        {
            text = text.Replace("\ud800", "").Replace("\udfff", "");
            if (text.Any(char.IsSurrogate))
                return;
            var writer = new FitWriter();
            writer.Count(new UInt128(high, low));
            writer.Count(low >> 1);
            writer.Integer(integer);
            writer.Number(number);
            writer.Text(text);
            var reader = new FitReader(writer.Written.ToArray(), "");
            Assert.Equal(new UInt128(high, low), reader.Count(UInt128.MaxValue));
            Assert.Equal((long)(low >> 1), reader.Long(long.MaxValue));
            Assert.Equal(integer, reader.Integer());
            Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits(reader.Number()));
            Assert.Equal(text, reader.Text(int.MaxValue));
            reader.End();
        }, iter: 2_000, threads: 1);
    }

    private static PipelineFitter Fitted()
    {
        var fitter = Images.NewFitter();
        for (var i = 0; i < 5; i++)
            fitter.Observe(Record(i));
        return fitter;
    }

    private static RawRecord Record(int i) => RawRecord.Raw($"{i}", new byte[] { 7, (byte)(i * 50), 30, 200 }, 2, 2, 1, i % 2 == 0 ? "even" : "odd");
}
