using Mesh.Shards;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>
/// One run through records in order, giving rows as they become complete. A pipeline without a step that makes rows gives one for each record. Not
/// safe for concurrent use. Where data is divided into parts, it takes the records of all of them, as they follow each other in the data: only so
/// it knows which are neighbours.
/// </summary>
public sealed class RowSequence : IDisposable
{
    private readonly RowStage rows;
    private readonly RowBatch row;
    private readonly ISequence? sequence;
    private readonly WorkingRecord working;
    private readonly Action emit;
    private Action<RowBatch> take = _ => { };

    internal RowSequence(RowStage rows, IReadOnlyList<ShardColumn> columns)
    {
        this.rows = rows;
        row = RowBatch.Rent(columns, 1);
        sequence = rows.NewSequence();
        working = rows.Take();
        emit = Emit;
    }

    /// <summary>Takes in a record of data that is not divided.</summary>
    public void Push(in RawRecord record, Action<RowBatch> take) => Push(record, 0, take);

    /// <summary>Takes a record in.</summary>
    /// <param name="record">The next one.</param>
    /// <param name="part">
    /// Which part of the data it is of, by any number. A row that is complete with it is of this part: none is of records of two parts, nor of records
    /// between which their series had one of another part.
    /// </param>
    /// <param name="take">Called for each row, in order, with a batch of one that is good during the call alone.</param>
    /// <exception cref="TransformException">A step cannot use the record; the sequence is then of no more use.</exception>
    public void Push(in RawRecord record, int part, Action<RowBatch> take)
    {
        this.take = take;
        working.Part = part;
        rows.Read(record, working);
        working.Begin(row[0]);
        if (sequence is null)
            Emit();
        else
            sequence.Push(working, emit);
        working.Clear();
    }

    /// <summary>The records are over: gives the rows that are left, of the part of the last record. The next record begins a new series.</summary>
    public void Flush(Action<RowBatch> take)
    {
        this.take = take;
        working.Begin(row[0]);
        sequence?.Flush(working, emit);
        working.Clear();
    }

    public void Dispose()
    {
        row.Dispose();
        rows.Return(working);
    }

    private void Emit()
    {
        rows.Finish(working, row[0]);
        take(row);
    }
}
