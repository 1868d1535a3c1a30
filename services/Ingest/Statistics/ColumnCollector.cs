using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Ingest.Statistics;

/// <summary>What one column of the accepted records holds.</summary>
internal sealed class ColumnCollector
{
    private readonly int _index;
    private readonly Column _column;
    private readonly NumberStatistics _numbers;
    private readonly NumberStatistics _heights;
    private readonly NumberStatistics _sizes;
    private readonly ValueCounts _values;
    private readonly SortedDictionary<string, long> _formats = new(StringComparer.Ordinal);
    private long _count;
    private long _missing;
    private (long Earliest, long Latest) _moments = (long.MaxValue, long.MinValue);

    /// <param name="share">Values of this column that may be kept, to be exact about them.</param>
    public ColumnCollector(int index, Column column, int share)
    {
        (_index, _column) = (index, column);
        (_numbers, _heights, _sizes, _values) = (new(share), new(share), new(share), new ValueCounts(share));
    }

    public void Add(RecordRow row)
    {
        if (row.IsMissing(_index))
        {
            _missing++;
            return;
        }

        _count++;
        switch (_column.Type)
        {
            case ColumnType.String:
                var text = row.Text(_index);
                _numbers.Add(text.Length);
                _values.Add(text);
                break;
            case ColumnType.Int64:
                var integer = row.Integer(_index);
                _numbers.Add(integer);
                _values.Add(integer);
                break;
            case ColumnType.Double:
                _numbers.Add(row.Number(_index));
                break;
            case ColumnType.Bool:
                _values.Add(row.Integer(_index) != 0 ? "true" : "false");
                break;
            case ColumnType.Timestamp:
                var ticks = row.Integer(_index);
                _moments = (Math.Min(_moments.Earliest, ticks), Math.Max(_moments.Latest, ticks));
                break;
            case ColumnType.Bytes:
                _numbers.Add(row.Bytes(_index).Length);
                break;
            case ColumnType.Image:
                AddImage(row.Image(_index));
                break;
            case ColumnType.Boxes:
                AddBoxes(row.List<Box>(_index));
                break;
            case ColumnType.StringList:
                AddList(row.List<string>(_index));
                break;
            case ColumnType.Int64List:
                _numbers.Add(row.List<long>(_index).Count);
                break;
            default:
                _numbers.Add(row.List<double>(_index).Count);
                break;
        }
    }

    public ColumnStatistics ToStatistics()
    {
        var statistics = new ColumnStatistics { Name = _column.Name, Type = _column.Type, Count = _count, Missing = _missing };
        if (_column.Type == ColumnType.Image)
        {
            statistics.Images = new ImageStatistics { Width = _numbers.ToDistribution(), Height = _heights.ToDistribution(), SizeBytes = _sizes.ToDistribution() };
            foreach (var (format, count) in _formats)
            {
                statistics.Images.Formats[format] = count;
            }

            return statistics;
        }

        statistics.Distribution = _numbers.ToDistribution();
        statistics.TopValues.Add(_values.MostFrequent());
        statistics.DistinctCount = _values.Distinct;
        if (_column.Type == ColumnType.Timestamp && _count > 0)
        {
            (statistics.Earliest, statistics.Latest) = (_moments.Earliest.ToTimestamp(), _moments.Latest.ToTimestamp());
        }

        return statistics;
    }

    private void AddImage(in ImageCell image)
    {
        _numbers.Add(image.Width);
        _heights.Add(image.Height);
        _sizes.Add(image.Data.Length);
        _formats[image.Format] = _formats.GetValueOrDefault(image.Format) + 1;
    }

    private void AddBoxes(IReadOnlyList<Box> boxes)
    {
        _numbers.Add(boxes.Count);
        foreach (var box in boxes)
        {
            _values.Add(box.Label);
        }
    }

    private void AddList(IReadOnlyList<string> values)
    {
        _numbers.Add(values.Count);
        foreach (var value in values)
        {
            _values.Add(value);
        }
    }
}
