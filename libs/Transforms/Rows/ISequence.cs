namespace Mesh.Transforms.Rows;

/// <summary>The state of a <see cref="SequenceTransform"/> on its way through one series of records. Not thread safe.</summary>
internal interface ISequence
{
    /// <summary>
    /// Takes in a record: reads the slots of its inputs now, because they are gone afterwards. For each row that is complete it sets the slots of all
    /// its outputs and calls <paramref name="emit"/>.
    /// </summary>
    void Push(WorkingRecord record, Action emit);

    /// <summary>The series is over: emits what is left, as above, and begins anew.</summary>
    void Flush(WorkingRecord record, Action emit);
}
