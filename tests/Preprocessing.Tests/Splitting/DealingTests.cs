using CsCheck;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>Where records belong under every policy, against lists in memory; and the same whichever way it is found out.</summary>
public class DealingTests
{
    private sealed record Row(int Value, int Class);

    private static readonly Gen<Row> AnyRow = Gen.Select(Gen.Int[0, 40], Gen.Int[0, 2]).Select((value, label) => new Row(value, label));

    private static readonly Gen<SplitSpec> Spec = Gen.Select(
        OneOf(0.0, 0.1, 0.25, 0.5), OneOf(0.1, 0.2, 0.5), Gen.Long,
        OneOf(SplitStrategy.Unspecified, SplitStrategy.Stratified, SplitStrategy.Random, SplitStrategy.Group, SplitStrategy.Time),
        OneOf(DuplicatePolicy.Unspecified, DuplicatePolicy.Fail, DuplicatePolicy.Together, DuplicatePolicy.Drop, DuplicatePolicy.Allow),
        (validation, test, seed, strategy, duplicates) => new SplitSpec
        {
            ValidationFraction = validation,
            TestFraction = test,
            Seed = seed,
            Strategy = strategy,
            Duplicates = duplicates,
            Column = strategy is SplitStrategy.Group or SplitStrategy.Time ? "class" : "",
        });

    [Fact]
    public void Records_belong_where_the_policy_says() => Gen.Select(Spec, AnyRow.Array[1, 120], AnyRow.Array[0, 20]).Sample((spec, all, test) =>
    {
        var rule = Rule(spec, [.. Splits(all.Length, test.Length).Take(test.Length > 0 ? 2 : 1)]);
        Row[] rows = [.. all, .. test];
        var (parts, duplicates) = Learn(rule, rows);

        var first = rows.Select(row => Array.FindIndex(rows, r => r.Value == row.Value)).ToArray();
        var kept = spec.Duplicates is DuplicatePolicy.Drop or DuplicatePolicy.Together ? Enumerable.Range(0, rows.Length).Where(i => first[i] == i).ToArray() : [.. Enumerable.Range(0, rows.Length)];
        // Those that count are dealt as if the others were not there.
        var alone = Learn(Rule(Allowing(spec), [.. Splits(kept.Count(i => i < all.Length), kept.Count(i => i >= all.Length)).Take(test.Length > 0 ? 2 : 1)]), [.. kept.Select(i => rows[i])]).Parts;
        var expected = rows.Select((_, i) => Array.IndexOf(kept, i) is var at and >= 0 ? alone[at] : Part.Dropped).ToArray();
        if (spec.Duplicates == DuplicatePolicy.Together)
        {
            expected = [.. expected.Select((_, i) => expected[first[i]])];
        }

        Assert.Equal(expected, parts);
        if (spec.Duplicates == DuplicatePolicy.Allow)
        {
            Assert.Null(duplicates);
            return;
        }

        var apart = Enumerable.Range(0, rows.Length).Where(i => parts[i] != Part.Dropped && parts[i] != parts[first[i]]).ToArray();
        Assert.Equal((first.Where((f, i) => f != i).Count(), apart.Length), (duplicates!.Count, duplicates.Apart));
        Assert.Equal(
            apart.Length == 0 ? [] : ((int[])[first[apart[0]], apart[0]]).Select(i => new DealtRecord(i < all.Length ? "all" : "test", i < all.Length ? i : i - all.Length, parts[i])),
            duplicates.Example);
    }, iter: 200);

    [Fact]
    public void Dealing_as_records_come_by_gives_the_same_as_knowing_them_all() =>
        Gen.Select(Spec.Where(s => s.Strategy != SplitStrategy.Time && s.Duplicates is not (DuplicatePolicy.Drop or DuplicatePolicy.Together)), AnyRow.Array[1, 120], Gen.Int[1, 50], Gen.Bool).Sample((spec, rows, batch, narrow) =>
        {
            var rule = Rule(spec, ("all", rows.Length));
            var (parts, duplicates) = Learn(rule, rows);
            using var folder = new TemporaryFolder();
            using var dealing = new Dealing(rule, folder.Path);
            var facts = new FactReader(rule, Schema);
            if (narrow && rule.Column is not null)
            {
                // First with no more than what decides.
                var deciding = new RecordSchema(new RecordColumn("class", ColumnKind.Integer));
                var dealt = dealing.Deal("all", 0, [.. rows.Select(row => new RawRecord("", deciding, new[] { RecordValue.OfInteger(row.Class) }))], new FactReader(rule, deciding));
                Assert.Equal(parts, dealt);
                Assert.NotEqual(rule.ComparesRecords, dealing.IsComplete);
            }

            foreach (var size in (int[])[batch, 7])
            {
                // Once to deal, and again, in other batches, to be told what was dealt.
                var seen = new List<Part>();
                for (var at = 0; at < rows.Length; at += size)
                {
                    seen.AddRange(dealing.Deal("all", at, [.. rows.Skip(at).Take(size).Select(Record)], facts));
                }

                Assert.Equal(parts, seen);
                Assert.True(dealing.IsComplete);
            }

            Assert.Equal(Array.IndexOf(parts, Part.Train) is >= 0 and var first ? ("all", first) : null, dealing.FirstOf(Part.Train));

            Assert.Equal((duplicates?.Count, duplicates?.Apart), (dealing.FindDuplicates(TestContext.Current.CancellationToken) is var live ? live?.Count : null, live?.Apart));
        }, iter: 100);

    [Fact]
    public void Groups_stay_whole_and_give_about_their_shares()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => new Row(i, i % 5_000)).ToArray();
        var parts = Learn(Rule(new SplitSpec { Strategy = SplitStrategy.Group, Column = "class", TestFraction = 0.2, ValidationFraction = 0.25, Seed = 3 }, ("all", rows.Length)), rows).Parts;
        Assert.All(rows.Select((row, i) => (row.Class, Part: parts[i])).GroupBy(r => r.Class), group => Assert.Single(group.Select(r => r.Part).Distinct()));
        // 5,000 groups: a deviation of 0.57 % of them, so that 2.5 % is more than four.
        Assert.Equal(0.2, parts.Count(p => p == Part.Test) / 30_000.0, 0.025);
        Assert.Equal(0.2, parts.Count(p => p == Part.Validation) / 30_000.0, 0.025);
    }

    private static readonly RecordSchema Schema = new(new RecordColumn("value", ColumnKind.Integer), new RecordColumn("class", ColumnKind.Integer));

    private static RawRecord Record(Row row) => new("", Schema, new[] { RecordValue.OfInteger(row.Value), RecordValue.OfInteger(row.Class) });

    private static SplitRule Rule(SplitSpec spec, params (string Name, int Records)[] splits) => new(
        spec,
        new DatasetVersion
        {
            Schema = new Schema { Columns = { new Column { Name = "value", Type = ColumnType.Int64 }, new Column { Name = "class", Type = ColumnType.Int64 } } },
            Options = new FormatOptions { LabelColumn = "class" },
            Splits = { splits.Select(s => new Split { Name = s.Name, RecordCount = s.Records }) },
        },
        Schema.Columns);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static (string Name, int Records)[] Splits(int all, int test) => [("all", all), ("test", test)];

    private static SplitSpec Allowing(SplitSpec spec)
    {
        var allowing = spec.Clone();
        allowing.Duplicates = DuplicatePolicy.Allow;
        return allowing;
    }

    private static (Part[] Parts, Duplicates? Duplicates) Learn(SplitRule rule, Row[] rows)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var facts = new FactReader(rule, Schema);
        var known = new List<RecordFacts>();
        foreach (var (name, records) in rule.Splits)
        {
            known.AddRange(rows.Skip(known.Count).Take((int)records).Select(row => facts.Of(Record(row), rule.PartOf(name) is null)).ToList());
        }

        using (var file = File.Create(folder.File("facts")))
        {
            FactsFile.Append(file, known.ToArray());
        }

        Assert.Equal(known, FactsFile.Read(folder.File("facts")));
        using var dealing = new Dealing(rule, folder.Path);
        dealing.Learn(() => FactsFile.Read(folder.File("facts")), cancel);
        var parts = new List<Part>();
        foreach (var (name, records) in rule.Splits)
        {
            parts.AddRange(dealing.Deal(name, 0, [.. Enumerable.Repeat(default(RawRecord), (int)records)], facts));
        }

        return ([.. parts], dealing.FindDuplicates(cancel));
    }
}
