using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Mesh.Ingest.V1;
using static Mesh.Ingest.V1.DiffDatasetVersionsResponse.Types;

namespace Mesh.Ingest.Versions.Comparing;

/// <summary>
/// What came, went and changed between two versions. Several records may have one key: those with the same content are the
/// same, the rest pair up as changed. Equal records are counted, not kept: they cost nothing however many they are.
/// </summary>
/// <param name="most">Of all changes, so many are named; the totals count every one.</param>
internal sealed class RecordChanges(int most)
{
    private const int RecordsPerLook = 1024;

    private readonly List<RecordChange> _first = [];

    public Totals Totals { get; } = new();

    public IReadOnlyList<RecordChange> First => _first;

    /// <param name="bucket">All records with the keys that are in it. It is walked over twice when there are changes to name.</param>
    public void Add(IEnumerable<HashedRecord> bucket, CancellationToken cancel)
    {
        // 1. How often each content is there, by key. 2. What is left of each key once the equal ones are taken out.
        var contents = Count(bucket, cancel);
        var keys = new Dictionary<UInt128, Counts>();
        foreach (var id in contents.Keys)
        {
            ref var left = ref CollectionsMarshal.GetValueRefOrNullRef(contents, id);
            var same = Math.Min(left.Now, left.Before);
            left = new Counts { Now = left.Now - same, Before = left.Before - same };
            ref var ofKey = ref CollectionsMarshal.GetValueRefOrAddDefault(keys, id.Key, out _);
            ofKey = new Counts { Now = ofKey.Now + left.Now, Before = ofKey.Before + left.Before };
            Totals.Unchanged += same;
        }

        var named = new Dictionary<UInt128, Names>();
        var room = most - _first.Count;
        foreach (var (key, left) in keys)
        {
            var changed = Math.Min(left.Now, left.Before);
            Totals.Changed += changed;
            Totals.Added += left.Now - changed;
            Totals.Removed += left.Before - changed;
            if (Math.Min(Math.Max(left.Now, left.Before), room) is > 0 and var count)
            {
                named.Add(key, new Names((int)count));
                room -= (int)count;
            }
        }

        // 3. The sources of those that are named.
        if (named.Count > 0)
        {
            Name(bucket, contents, named, cancel);
        }
    }

    private static Dictionary<(UInt128 Key, UInt128 Content), Counts> Count(IEnumerable<HashedRecord> bucket, CancellationToken cancel)
    {
        var contents = new Dictionary<(UInt128, UInt128), Counts>();
        foreach (var record in Watched(bucket, cancel))
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(contents, (record.Key, record.Content), out _);
            count.Of(record)++;
        }

        return contents;
    }

    // Of equal records the first ones are those that are too many; nothing tells them apart but their place.
    private void Name(
        IEnumerable<HashedRecord> bucket, Dictionary<(UInt128 Key, UInt128 Content), Counts> left, Dictionary<UInt128, Names> named, CancellationToken cancel)
    {
        foreach (var record in Watched(bucket, cancel))
        {
            if (named.TryGetValue(record.Key, out var names))
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(left, (record.Key, record.Content)).Of(record);
                if (count > 0)
                {
                    count--;
                    names.Add(record);
                }
            }
        }

        _first.AddRange(named.Values.SelectMany(n => n.Changes()));
    }

    private static IEnumerable<HashedRecord> Watched(IEnumerable<HashedRecord> bucket, CancellationToken cancel) => bucket.Select((record, i) =>
    {
        if (i % RecordsPerLook == 0)
        {
            cancel.ThrowIfCancellationRequested();
        }

        return record;
    });

    private struct Counts
    {
        public long Now;
        public long Before;

        [UnscopedRef]
        public ref long Of(in HashedRecord record) => ref record.Base ? ref Before : ref Now;
    }

    /// <summary>The sources of a key's changes, as many as there is room for.</summary>
    private sealed class Names(int most)
    {
        private readonly List<string> _now = [];
        private readonly List<string> _before = [];

        public void Add(in HashedRecord record)
        {
            var sources = record.Base ? _before : _now;
            if (sources.Count < most)
            {
                sources.Add(record.Source);
            }
        }

        public IEnumerable<RecordChange> Changes()
        {
            for (var i = 0; i < Math.Max(_now.Count, _before.Count); i++)
            {
                var change = i >= _before.Count ? Change.Added : i >= _now.Count ? Change.Removed : Change.Changed;
                yield return new RecordChange { Change = change, Source = _now.ElementAtOrDefault(i) ?? "", BaseSource = _before.ElementAtOrDefault(i) ?? "" };
            }
        }
    }
}
