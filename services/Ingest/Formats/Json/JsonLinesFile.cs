namespace Mesh.Ingest.Formats.Json;

/// <summary>A record a line. Lines end with "\n" or "\r\n" and count from 1; empty ones are passed over.</summary>
internal sealed class JsonLinesFile(ByteWindow window, string source, int maxRecord) : JsonRecords(window, source, maxRecord)
{
    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        while (await NextLineAsync(cancel))
        {
            Place++;
            if (TooLong || !Record.Span.TrimStart(" \t\r"u8).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    public override async ValueTask StartBehindAsync(long lines, CancellationToken cancel)
    {
        await NextLineAsync(cancel);
        Place = lines;
    }

    private async ValueTask<bool> NextLineAsync(CancellationToken cancel)
    {
        Release();
        var (scanned, dropped) = (0, false);
        while (true)
        {
            if (Window.Span[scanned..].IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (dropped)
                {
                    Window.Advance(end + 1);
                    TakeDropped();
                }
                else
                {
                    Take(scanned + end, scanned + end + 1);
                }

                return true;
            }

            scanned = Window.Length;
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
                return EndOfFile(scanned, dropped);
            }
        }
    }

    private bool EndOfFile(int length, bool dropped)
    {
        if (dropped)
        {
            TakeDropped();
            return true;
        }

        Take(length, length);
        return length > 0;
    }
}
