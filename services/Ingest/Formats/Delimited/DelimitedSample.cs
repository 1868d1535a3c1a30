using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Formats.Schemas;
using Mesh.Ingest.Formats.Texts;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Delimited;

/// <summary>
/// What the first rows of tables say of them: encoding, delimiter and header by the first file, types by the first rows of
/// all. A later row that contradicts is rejected; only an integer column grows into numbers by itself.
/// </summary>
internal sealed class DelimitedSample(RecordLayout asked, IngestOptions limits)
{
    private const int HeadBytes = 64 * 1024;

    /// <summary>Rows looked at in the first file, and in each of the others.</summary>
    private const int FirstRows = 10_000;
    private const int OtherRows = 100;

    private readonly FormatOptions _options = asked.Options.Clone();
    private readonly FieldText _fields = new(asked.Options.NullValues);
    private string[] _names = [];
    private ColumnGuess[] _guesses = [];

    public async Task AddAsync(EntryWalk walk, CancellationToken cancel)
    {
        var first = _names.Length == 0;
        await using var content = new HeadStream(walk.OpenContent(), HeadBytes);
        var (head, whole) = await content.PeekAsync(cancel);
        if (head.IsEmpty)
        {
            return;
        }

        if (first)
        {
            FindText(head.Span, whole, walk.Source);
        }

        await using var file = await DelimitedFile.OpenAsync(content, walk.Source, _options, limits, cancel);
        if (!await file.MoveNextAsync(cancel))
        {
            return;
        }

        var row = Fields(file);
        if (first)
        {
            _options.Header = _options.Header == FormatOptions.Types.Header.Unspecified ? HeaderOf(row) : _options.Header;
            TakeNames(row, walk.Source);
        }

        var places = DelimitedColumns.Places(_names, row, _options, walk.Source);
        var more = _options.Header == FormatOptions.Types.Header.Absent || await file.MoveNextAsync(cancel);
        for (var left = first ? FirstRows : OtherRows; more && left > 0; left--)
        {
            Observe(file, places);
            more = await file.MoveNextAsync(cancel);
        }
    }

    /// <exception cref="DatasetException">There is no row, or a column that was asked for is missing.</exception>
    public RecordLayout ToLayout()
    {
        if (_names.Length == 0)
        {
            throw new DatasetException("NO_RECORDS", "The files hold no rows.");
        }

        return SchemaChoice.Complete(asked with { Options = _options }, [.. _names.Select((name, i) => (name, _guesses[i].Type))], limits);
    }

    private void FindText(ReadOnlySpan<byte> head, bool whole, string source)
    {
        if (_options.Encoding.Length == 0)
        {
            _options.Encoding = TextEncodings.Find(head, whole)
                ?? throw new DatasetException("ENCODING_UNKNOWN", $"{source} is not text in any encoding that can be recognised. If it is text, say its encoding.");
        }

        if (_options.Delimiter.Length == 0)
        {
            var text = TextEncodings.Get(_options.Encoding).GetString(head);
            _options.Delimiter = Path.GetExtension(source) == ".tsv" ? "\t" : Delimiters.Find(text, whole).ToString();
        }
    }

    // The values of data have types that names do not have.
    private FormatOptions.Types.Header HeaderOf(string[] row)
    {
        var data = row.Any(field => field.Length > 0 && _fields.IsMissing(field) || GuessOf(field) is not ColumnType.String) || row.All(f => f.Length == 0);
        return data ? FormatOptions.Types.Header.Absent : FormatOptions.Types.Header.Present;
    }

    private static ColumnType GuessOf(string field)
    {
        var guess = new ColumnGuess();
        if (field.Length > 0)
        {
            guess.Add(field);
        }

        return guess.Type;
    }

    private void TakeNames(string[] row, string source)
    {
        if (row.Length > limits.MaxColumns)
        {
            throw new DatasetException("TOO_MANY_COLUMNS", $"{source} has {row.Length} columns; {limits.MaxColumns} are possible here.");
        }

        _names = _options.Header == FormatOptions.Types.Header.Present ? ColumnNames.Of(row, source) : ColumnNames.Numbered(row.Length);
        _guesses = [.. _names.Select(_ => new ColumnGuess())];
    }

    private void Observe(DelimitedFile file, int[] places)
    {
        if (file.FieldCount != places.Length || file.Problem() is not null)
        {
            return;
        }

        for (var i = 0; i < places.Length; i++)
        {
            if (!_fields.IsMissing(file.Field(i)))
            {
                _guesses[places[i]].Add(file.Field(i));
            }
        }
    }

    private static string[] Fields(DelimitedFile file) => [.. Enumerable.Range(0, file.FieldCount).Select(i => file.Field(i).ToString())];
}
