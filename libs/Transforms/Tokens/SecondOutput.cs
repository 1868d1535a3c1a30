using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Tokens;

/// <summary>What a step with a tokenizer says about its rows besides the ids, if anything: where the tokens are, or how many.</summary>
internal sealed class SecondOutput
{
    private const string None = "none", Length = "length", Int32 = "mask-int32";

    private readonly string kind;

    private SecondOutput(string kind) => this.kind = kind;

    public static Parameter Parameter { get; } = new ChoiceParameter("second_output", [None, "mask", Int32, Length], None,
        "What else is written: mask, 1 for each token and 0 for padding, as uint8 or int32, or length, the number of tokens, as int32; special ones included.");

    /// <summary>Null for none.</summary>
    public static SecondOutput? Of(ParameterValues values) => values.Choice(Parameter.Name) is not None and var kind ? new(kind) : null;

    public string NameFor(string column) => kind == Length ? $"{column}_length" : $"{column}_mask";

    public ColumnType TypeFor(TokenRow row) => kind switch
    {
        Length => ColumnType.Tensor(ElementType.Int32, []),
        Int32 => ColumnType.Tensor(ElementType.Int32, [row.Length]),
        _ => ColumnType.Tensor(ElementType.UInt8, [row.Length]),
    };

    /// <param name="record">Gets it.</param>
    /// <param name="slot">Where.</param>
    /// <param name="used">The part of the row that is not padding.</param>
    public void Write(WorkingRecord record, int slot, Range used)
    {
        switch (kind)
        {
            case Length:
                record.Tensor<int>(slot)[0] = used.End.Value - used.Start.Value;
                break;
            case Int32:
                Mark(record.Tensor<int>(slot), used, 1);
                break;
            default:
                Mark(record.Tensor(slot), used, (byte)1);
                break;
        }
    }

    private static void Mark<T>(Span<T> mask, Range used, T one)
    {
        mask.Clear();
        mask[used].Fill(one);
    }
}
