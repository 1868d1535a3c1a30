using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Record = Mesh.Ingest.V1.Record;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>A dataset version of 28×28 grey images in memory; more records than images go round.</summary>
public sealed class TestData
{
    private readonly Dictionary<string, (byte[] Pixels, byte[] Labels)> _splits = [];

    private TestData(string id, bool labelled, int version = 1)
    {
        Labelled = labelled;
        Version = new DatasetVersion
        {
            Name = $"projects/default/datasets/{id}/versions/{version}",
            Status = new JobStatus { State = JobState.Succeeded },
            Schema = new Schema
            {
                Columns = { new Column { Name = "image", Type = ColumnType.Image }, new Column { Name = "label", Type = ColumnType.String, Nullable = true } },
            },
        };
        if (labelled)
        {
            Version.LabelNames.Add(FashionMnist.ClassNames);
        }
    }

    private Func<int, Value[]>? _row;

    public string Name => Version.Name;

    public DatasetVersion Version { get; }

    public int Number => int.Parse(Name.Split('/')[^1]);

    public bool Labelled { get; }

    /// <summary>Index of a train record whose image is damaged; −1 for none.</summary>
    public int Damaged { get; set; } = -1;

    /// <summary>Index of a train record whose image is another one of its class; −1 for none.</summary>
    public int Changed { get; init; } = -1;

    /// <summary>How many of the first train records have the images of the first test records.</summary>
    public int SameAsTest { get; set; }

    /// <param name="train">Training records; the sample has 10,000, more repeat them.</param>
    /// <param name="test">Records of the data's own test split; 0 for none.</param>
    /// <param name="changed">See <see cref="Changed"/>.</param>
    public static TestData Fashion(string id, int train = 10_000, int test = 2_000, bool labelled = true, int changed = -1)
    {
        var data = new TestData(id, labelled) { Changed = changed };
        data.AddSplit("train", FashionMnist.Train(), train);
        if (test > 0)
        {
            data.AddSplit("test", FashionMnist.Test(), test);
        }

        data.Version.Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{train} {test} {labelled} {changed}")));
        return data;
    }

    /// <summary>A table: one split "all" of so many rows.</summary>
    public static TestData Table(string id, Column[] columns, int count, Func<int, Value[]> row, string label = "", int version = 1)
    {
        var data = new TestData(id, labelled: false, version) { _row = row };
        data.Version.Schema = new Schema { Columns = { columns } };
        data.Version.Options = new FormatOptions { LabelColumn = label };
        data.Version.Splits.Add(new Split { Name = "all", RecordCount = count, ClassHistogram = { [label] = label.Length > 0 ? count : 0 } });
        data.Version.Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id} {version}")));
        return data;
    }

    public ReadOnlySpan<byte> Image(string split, int index)
    {
        var (pixels, labels) = _splits[split];
        if (split == "train" && index == Changed)
        {
            // Of the end of the sample, so that it is there once when fewer are taken.
            index = Array.FindLastIndex(labels, label => label == labels[index]);
        }

        return pixels.AsSpan(index % labels.Length * FashionMnist.ImageBytes, FashionMnist.ImageBytes);
    }

    public int Label(string split, int index) => _splits[split].Labels[index % _splits[split].Labels.Length];

    /// <summary>As Ingest says it of a partition: other for other records.</summary>
    public string DigestOf(string split, int offset, int count)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(split));
        for (var i = offset; i < offset + count; i++)
        {
            foreach (var value in Record(split, i).Values)
            {
                hash.AppendData(value.ToByteArray());
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public Record Record(string split, int index)
    {
        if (_row is not null)
        {
            return new Record { Index = index, Source = $"table.csv#{index}", Values = { _row(index) } };
        }

        var damaged = split == "train" && index == Damaged;
        var image = new ImageValue { Height = FashionMnist.Side, Width = FashionMnist.Side, Channels = 1, Encoding = ImageEncoding.Raw };
        if (damaged)
        {
            image = new ImageValue { Encoding = ImageEncoding.File, Data = ByteString.CopyFromUtf8("no image at all") };
        }
        else
        {
            image.Data = ByteString.CopyFrom(Image(split == "train" && index < SameAsTest ? "test" : split, index));
        }

        var label = Labelled ? new Value { StringValue = FashionMnist.ClassNames[Label(split, index)] } : new Value();
        return new Record { Index = index, Source = $"{split}.idx#{index}", Values = { new Value { Image = image }, label } };
    }

    private void AddSplit(string name, FashionMnist images, int count)
    {
        _splits[name] = (images.Pixels, images.Labels);
        var split = new Split { Name = name, RecordCount = count };
        if (Labelled)
        {
            foreach (var group in Enumerable.Range(0, count).GroupBy(i => Label(name, i)))
            {
                split.ClassHistogram[FashionMnist.ClassNames[group.Key]] = group.Count();
            }
        }

        Version.Splits.Add(split);
    }
}
