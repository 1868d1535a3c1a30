using Mesh.Ingest.Records;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>The records of IDX pairs, one after the other. Skipping costs the expansion only, and nothing where there is none.</summary>
internal sealed class IdxCursor(IReadOnlyList<SourceFile> files, RecordLayout layout, string? onlySplit, IngestOptions options)
    : RecordCursor(layout.Schema)
{
    private const int Image = 0;
    private const int Label = 1;
    private const int ChunkBytes = 256 * 1024;

    // Without names a label is its number; one string for each of the 256 there can be.
    private readonly string[] _labels = [.. Enumerable.Range(0, 256).Select(i => i < layout.Labels.Names.Count ? layout.Labels.Names[i] : i.ToString())];
    private IReadOnlyList<IdxPair>? _pairs;
    private int _next;
    private IdxFile? _images;
    private IdxFile? _labelsFile;
    private byte[] _pixels = [];
    private byte[] _numbers = [];
    private long _expanded;
    private long _record;
    private long _chunkStart;
    private long _chunkEnd;

    public override string Source => $"{_pairs![_next - 1].Images.Source}#{_record}";

    private int LabelNumber => _numbers[_record - _chunkStart];

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        _record++;
        while (_images is null || _record >= _images.Header.Count)
        {
            if (!await OpenNextAsync(cancel))
            {
                return false;
            }
        }

        return true;
    }

    public override ValueTask<string?> ReadAsync(CancellationToken cancel) => _record < _chunkEnd ? ValueTask.FromResult(Read()) : FillAndReadAsync(cancel);

    public override ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask<string?> FillAndReadAsync(CancellationToken cancel)
    {
        await FillAsync(cancel);
        return Read();
    }

    private string? Read()
    {
        if (layout.Labels.Known && LabelNumber >= layout.Labels.Names.Count)
        {
            return $"label {LabelNumber} is out of range: there are {layout.Labels.Names.Count} label names";
        }

        var header = _images!.Header;
        var pixels = _pixels.AsMemory((int)(_record - _chunkStart) * header.RecordBytes, header.RecordBytes);
        Row.Clear();
        Row.SetImage(Image, new ImageCell(pixels, ImageCell.Raw, header.Height, header.Width, Channels: 1));
        Row.SetText(Label, _labels[LabelNumber]);
        return null;
    }

    private async Task<bool> OpenNextAsync(CancellationToken cancel)
    {
        if (_images is not null)
        {
            await _images.EndAsync(cancel);
            await _labelsFile!.EndAsync(cancel);
            await CloseAsync();
        }

        _pairs ??= [.. (await IdxPair.FindAsync(files, options, cancel)).Where(p => onlySplit is null || p.Split == onlySplit)];
        if (_next == _pairs.Count)
        {
            return false;
        }

        var pair = _pairs[_next++];
        _images = await IdxFile.OpenAsync(files, pair.Images, images: true, options, cancel);
        _labelsFile = await IdxFile.OpenAsync(files, pair.Labels, images: false, options, cancel);
        if (_images.Header.Count != _labelsFile.Header.Count)
        {
            throw new DatasetException(
                "IDX_COUNT_MISMATCH",
                $"{pair.Images.Source} says it has {_images.Header.Count} images, {pair.Labels.Source} says it has {_labelsFile.Header.Count} labels.");
        }

        _expanded += _images.Header.Count * (_images.Header.RecordBytes + 1L);
        if (_expanded > options.MaxExpandedBytes)
        {
            throw new DatasetException("EXPANDED_TOO_LARGE", $"{pair.Images.Source}: the files expand to more than {options.MaxExpandedBytes} bytes.");
        }

        Split = pair.Split;
        File = pair.Images.Upload;
        Total += _images.Header.Count;
        (_record, _chunkStart, _chunkEnd) = (0, 0, 0);
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        var header = _images!.Header;
        var count = (int)Math.Min(Math.Max(ChunkBytes / header.RecordBytes, 1), header.Count - _record);
        if (_pixels.Length < count * header.RecordBytes)
        {
            _pixels = new byte[count * header.RecordBytes];
        }

        if (_numbers.Length < count)
        {
            _numbers = new byte[count];
        }

        await _images.FillAsync(_pixels.AsMemory(0, count * header.RecordBytes), _record, cancel);
        await _labelsFile!.FillAsync(_numbers.AsMemory(0, count), _record, cancel);
        (_chunkStart, _chunkEnd) = (_record, _record + count);
    }

    private async ValueTask CloseAsync()
    {
        var (images, labels) = (_images, _labelsFile);
        (_images, _labelsFile) = (null, null);
        if (images is not null)
        {
            await images.DisposeAsync();
        }

        if (labels is not null)
        {
            await labels.DisposeAsync();
        }
    }
}
