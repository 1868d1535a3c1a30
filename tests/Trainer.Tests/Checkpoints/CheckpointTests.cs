using CsCheck;
using Mesh.Tests.Shared;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Training;
using Xunit;

namespace Mesh.Trainer.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private static ModelCheckpoint Sample(long step = 12, int epoch = 1) => new("plan",
        new TrainingState { Step = step, Epoch = epoch, Batch = 5, LossSum = 0.1 + 0.2, LossSamples = 77, BestAccuracy = 1.0 / 3, BestEpoch = 1 },
        [new SavedTensor("a.weight", "Float32", [2, 3], [.. Enumerable.Range(0, 24).Select(i => (byte)i)]), new SavedTensor("b", "Int64", [], new byte[8])],
        [9, 8, 7]);

    private static byte[] Bytes(ModelCheckpoint checkpoint)
    {
        using var stream = new MemoryStream();
        CheckpointFile.Write(stream, checkpoint);
        return stream.ToArray();
    }

    [Fact]
    public void What_is_saved_is_loaded()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        var (name, sha256) = store.Save(Sample());
        var (loaded, damaged) = store.LoadLatest();

        Assert.Empty(damaged);
        Assert.Equal(Sample().State, loaded!.State);
        Assert.Equal(Sample().Optimizer, loaded.Optimizer);
        Assert.Equal(Sample().Model.Select(t => (t.Name, t.Dtype, string.Join(',', t.Shape), Convert.ToHexString(t.Data))),
            loaded.Model.Select(t => (t.Name, t.Dtype, string.Join(',', t.Shape), Convert.ToHexString(t.Data))));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File(name)))), sha256);
    }

    [Fact]
    public void A_truncated_file_is_found_at_every_length()
    {
        using var folder = new TemporaryFolder();
        var bytes = Bytes(Sample());
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder.File("c"), bytes[..length]);
            Assert.Equal(folder.File("c"), Assert.Throws<CheckpointException>(() => CheckpointFile.Read(folder.File("c"))).File);
        }
    }

    [Fact]
    public void Any_altered_byte_is_found()
    {
        using var folder = new TemporaryFolder();
        var bytes = Bytes(Sample());
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            var altered = bytes.ToArray();
            altered[at] ^= flip;
            File.WriteAllBytes(folder.File("c"), altered);
            Assert.Throws<CheckpointException>(() => CheckpointFile.Read(folder.File("c")));
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void The_newest_two_are_kept_and_a_rest_of_a_crash_is_removed()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        foreach (var step in new long[] { 5, 900, 10_000, 10_001 }) store.Save(Sample(step));
        File.WriteAllText(folder.File("000000010002-000001.checkpoint.deadbeef"), "half");

        Assert.Equal(10_001, store.LoadLatest().Checkpoint!.State.Step);
        Assert.Equal(["000000010000-000001.checkpoint", "000000010001-000001.checkpoint"],
            Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_a_fenced_attempt_left_is_passed_over_and_survives()
    {
        using var folder = new TemporaryFolder();
        var (accepted, _) = new CheckpointStore(folder.Path).Save(Sample(10));
        new CheckpointStore(folder.Path).Save(Sample(20));

        var store = new CheckpointStore(folder.Path, newest: accepted);
        Assert.Equal(10, store.LoadLatest().Checkpoint!.State.Step);
        store.Save(Sample(11));
        store.Save(Sample(12));
        Assert.Equal([11, 12, 20], Directory.EnumerateFiles(folder.Path).Select(f => CheckpointFile.Read(f).State.Step).Order());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("file"), "");
        Assert.Contains("cannot be written", Assert.Throws<CheckpointException>(() => new CheckpointStore(folder.File("file")).Save(Sample())).Message);
    }
}
