using CsCheck;
using Mesh.Tests.Shared;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Tests.Support;
using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using Xunit;

namespace Mesh.Trainer.Tests.Checkpoints;

public sealed class CheckpointTests
{
    private static ModelCheckpoint Sample(long step = 12, int epoch = 1) => new("plan",
        new TrainingState { Step = step, Epoch = epoch, Batch = 5, LossSum = 0.1 + 0.2, LossSamples = 77 },
        [new SavedTensor("a.weight", "Float32", [2, 3], [.. Enumerable.Range(0, 24).Select(i => (byte)i)]), new SavedTensor("b", "Int64", [], new byte[8])],
        [9, 8, 7]);

    private static IEnumerable<string?> Names(TemporaryFolder folder) => Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order();

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
        store.Save(Sample());
        var (loaded, damaged) = store.LoadLatest();

        Assert.Empty(damaged);
        Assert.Equal(Sample().State, loaded!.State);
        Assert.Equal(Sample().Optimizer, loaded.Optimizer);
        Assert.Equal(Sample().Model.Select(t => (t.Name, t.Dtype, string.Join(',', t.Shape), Convert.ToHexString(t.Data))),
            loaded.Model.Select(t => (t.Name, t.Dtype, string.Join(',', t.Shape), Convert.ToHexString(t.Data))));
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
    public void Nothing_goes_before_its_successor_is_accepted()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        string[] names = [.. new long[] { 5, 900, 10_000, 10_001 }.Select(step => store.Save(Sample(step)))];
        Assert.Equal(names, Names(folder));
        // Of the last the service has not heard yet.
        store.Prune(names[2]);
        Assert.Equal(names[1..], Names(folder));
        Assert.Equal(10_000, new CheckpointStore(folder.Path, newest: names[2]).LoadLatest().Checkpoint!.State.Step);
        store.Prune(names[0]);
        Assert.Equal(names[1..], Names(folder));
    }

    [Fact]
    public void An_accepted_checkpoint_that_is_missing_is_told()
    {
        using var folder = new TemporaryFolder();
        var accepted = new CheckpointStore(folder.Path).Save(Sample(20));
        File.Delete(folder.File(accepted));
        new CheckpointStore(folder.Path).Save(Sample(30));
        var (checkpoint, damaged) = new CheckpointStore(folder.Path, newest: accepted).LoadLatest();
        Assert.Null(checkpoint);
        Assert.Contains(accepted, Assert.Single(damaged));
    }

    [Fact]
    public void A_tensor_of_another_length_is_refused()
    {
        var plan = ShortRuns.Plan();
        using var module = GraphModule.Create(plan.Graph, 1);
        using var optimizer = Optimizers.Create(plan.Values, module.TrainableParameters());
        var whole = ModelCheckpoint.Capture("plan", new TrainingState(), module, optimizer);
        whole.Restore("plan", module, optimizer);
        var cut = whole with { Model = [.. whole.Model.Select(t => t with { Data = t.Data[..^4] })] };
        Assert.Contains("bytes", Assert.Throws<CheckpointException>(() => cut.Restore("plan", module, optimizer)).Message);
    }

    [Fact]
    public void A_rest_of_a_crash_is_removed()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        foreach (var step in new long[] { 10_000, 10_001 }) store.Save(Sample(step));
        File.WriteAllText(folder.File("000000010002-000001.checkpoint.deadbeef"), "half");

        Assert.Equal(10_001, store.LoadLatest().Checkpoint!.State.Step);
        Assert.Equal(["000000010000-000001.checkpoint", "000000010001-000001.checkpoint"], Names(folder));
    }

    [Fact]
    public void What_a_fenced_attempt_left_is_passed_over_and_survives()
    {
        using var folder = new TemporaryFolder();
        var accepted = new CheckpointStore(folder.Path).Save(Sample(10));
        new CheckpointStore(folder.Path).Save(Sample(20));

        var store = new CheckpointStore(folder.Path, newest: accepted);
        Assert.Equal(10, store.LoadLatest().Checkpoint!.State.Step);
        store.Save(Sample(11));
        store.Prune(store.Save(Sample(12)));
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
