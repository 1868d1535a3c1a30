namespace Mesh.Ingest.Formats.Json;

/// <summary>
/// The elements of the array that a JSON text is, or of the one array of objects among its members; the others are passed
/// over. Records count from 0, as in the array. One that is no valid JSON does not spoil the others, unless its brackets do
/// not match.
/// </summary>
internal sealed class JsonArrayFile(ByteWindow window, string source, int maxRecord) : JsonRecords(window, source, maxRecord)
{
    private const int EndOfFile = -1;

    private bool _opened;
    private bool _wrapped;
    private bool _inArray;
    private bool _ended;
    private bool _first;
    private int _arrays;

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        Release();
        if (!_opened)
        {
            await OpenAsync(cancel);
        }

        while (!_ended)
        {
            if (_inArray && await NextElementAsync(cancel))
            {
                return true;
            }

            _inArray = false;
            if (!_wrapped || !await NextArrayAsync(cancel))
            {
                await EndAsync(cancel);
            }
        }

        return false;
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _opened = true;
        var start = await PeekAsync(cancel);
        if (start is not ('[' or '{'))
        {
            throw start == EndOfFile ? NoRecords() : Damaged("starts neither with [ nor with {");
        }

        Window.Advance(1);
        (_wrapped, _first) = (start == '{', true);
        if (!_wrapped)
        {
            EnterArray();
        }
    }

    private void EnterArray()
    {
        _arrays++;
        (_inArray, _first) = (true, true);
        Place = -1;
    }

    /// <summary>Takes the array's next element; false behind its end.</summary>
    private async ValueTask<bool> NextElementAsync(CancellationToken cancel)
    {
        if (!await MoreAsync(']', cancel))
        {
            return false;
        }

        Place++;
        var boundary = new JsonBoundary();
        var (scanned, dropped) = (0, false);
        while (true)
        {
            var fresh = boundary.Scan(Window.Span[scanned..], out var ended);
            scanned += fresh;
            if (ended)
            {
                if (dropped)
                {
                    Window.Advance(scanned);
                    TakeDropped();
                }
                else
                {
                    Take(scanned, scanned);
                }

                return true;
            }

            if (scanned > MaxRecord || dropped)
            {
                if (!dropped)
                {
                    DropLong();
                }

                Window.Advance(Window.Length);
                (scanned, dropped) = (0, true);
            }

            if (!await Window.FillAsync(cancel))
            {
                throw Damaged($"is cut off, or has brackets or quotes that do not match, in record {Place}");
            }
        }
    }

    /// <summary>Goes on through the members to an array of objects; false behind the last member.</summary>
    private async ValueTask<bool> NextArrayAsync(CancellationToken cancel)
    {
        while (await MoreAsync('}', cancel))
        {
            if (await PeekAsync(cancel) != '"')
            {
                throw Damaged("has a member without a name");
            }

            await SkipAsync(new JsonBoundary(), cancel);
            if (await PeekAsync(cancel) != ':')
            {
                throw Damaged("has a member without a value");
            }

            Window.Advance(1);
            var value = await PeekAsync(cancel);
            if (value is ',' or ']' or '}' or ':')
            {
                throw Damaged("has a member without a value");
            }

            if (value != '[')
            {
                await SkipAsync(new JsonBoundary(), cancel);
                continue;
            }

            Window.Advance(1);
            if (await PeekAsync(cancel) == '{')
            {
                EnterArray();
                return _arrays == 1 ? true : throw new DatasetException("JSON_AMBIGUOUS", $"{File} has two arrays of objects; one of them has to be a file of its own.");
            }

            // The bracket that was taken belongs to what is skipped.
            var array = new JsonBoundary();
            array.Scan("["u8, out _);
            await SkipAsync(array, cancel);
        }

        return false;
    }

    private async Task EndAsync(CancellationToken cancel)
    {
        if (await PeekAsync(cancel) != EndOfFile)
        {
            throw Damaged("has text behind its end");
        }

        _ended = true;
        if (_arrays == 0)
        {
            throw NoRecords();
        }
    }

    /// <summary>Whether another element follows; takes the comma in front of it, or the closing bracket.</summary>
    private async ValueTask<bool> MoreAsync(char close, CancellationToken cancel)
    {
        var next = await PeekAsync(cancel);
        var first = _first;
        _first = false;
        if (next == close)
        {
            Window.Advance(1);
            return false;
        }

        if (!first)
        {
            if (next != ',')
            {
                throw Damaged(next == EndOfFile ? "is cut off" : $"has no comma {Where}");
            }

            Window.Advance(1);
            next = await PeekAsync(cancel);
        }

        return next is EndOfFile or ',' or ']' or '}' or ':' ? throw Damaged(next == EndOfFile ? "is cut off" : $"lacks a value {Where}") : true;
    }

    private string Where => _inArray && Place >= 0 ? $"behind record {Place}" : "between its members";

    private async Task SkipAsync(JsonBoundary boundary, CancellationToken cancel)
    {
        while (true)
        {
            Window.Advance(boundary.Scan(Window.Span, out var ended));
            if (ended)
            {
                return;
            }

            if (!await Window.FillAsync(cancel))
            {
                throw Damaged("is cut off");
            }
        }
    }

    /// <summary>The next byte that is no white space, without taking it.</summary>
    private async ValueTask<int> PeekAsync(CancellationToken cancel)
    {
        while (true)
        {
            Window.Advance(Window.Length - Window.Span.TrimStart(" \t\r\n"u8).Length);
            if (Window.Length > 0)
            {
                return Window.Span[0];
            }

            if (!await Window.FillAsync(cancel))
            {
                return EndOfFile;
            }
        }
    }

    private DatasetException Damaged(string how) => new("JSON_DAMAGED", $"{File} {how}.");

    private DatasetException NoRecords() => new("JSON_NO_RECORDS", $"{File} holds no array of objects.");
}
