using Mesh.Ingest.V1;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>What a split may be, alone and with data.</summary>
public class SplitSpecsTests
{
    [Fact]
    public void Everything_wrong_is_said_at_once_by_field()
    {
        Assert.Empty(Wrong(null));
        Assert.Empty(Wrong(new SplitSpec { ValidationFraction = 0.5, TestFraction = 0.5 }));
        Assert.Equal(["s.validation_fraction", "s.test_fraction", "s.strategy", "s.duplicates", "s.column"], Wrong(new SplitSpec
        {
            ValidationFraction = double.NaN, TestFraction = -0.1, Strategy = (SplitStrategy)99, Duplicates = (DuplicatePolicy)99, Column = new string('x', 300),
        }));
        Assert.Equal(["s.column"], Wrong(new SplitSpec { Strategy = SplitStrategy.Group }));
        Assert.Equal(["s.column"], Wrong(new SplitSpec { Strategy = SplitStrategy.Time }));
        Assert.Equal(["s.column"], Wrong(new SplitSpec { Strategy = SplitStrategy.Random, Column = "a" }));
        Assert.Equal(["s.duplicates"], Wrong(new SplitSpec { Strategy = SplitStrategy.Group, Column = "a", Duplicates = DuplicatePolicy.Together }));
        Assert.Equal(["s.test_fraction"], Wrong(new SplitSpec { Strategy = SplitStrategy.Time, Column = "a", TestFraction = 0.1, ValidationFrom = "1" }));
        Assert.Equal(["s.validation_from", "s.test_from"], Wrong(new SplitSpec { ValidationFrom = "1", TestFrom = "2" }));
        Assert.Equal(["s.test_from"], Wrong(new SplitSpec { Strategy = SplitStrategy.Time, Column = "a", TestFrom = new string('1', 65) }));
        Assert.Equal(["s.validation_fraction", "s.test_fraction"], Wrong(new SplitSpec { Strategy = SplitStrategy.Predefined, ValidationFraction = 0.1, TestFraction = 0.1 }));
    }

    [Fact]
    public void A_column_has_to_be_there_and_of_a_type_that_can_be_gone_by()
    {
        var schema = new RecordSchema(new RecordColumn("text", ColumnKind.Text), new RecordColumn("moment", ColumnKind.Timestamp), new RecordColumn("number", ColumnKind.Number));
        Assert.Null(SplitSpecs.Check(null, schema));
        Assert.Null(SplitSpecs.Check(new SplitSpec { Strategy = SplitStrategy.Time, Column = "moment" }, schema));
        Assert.Null(SplitSpecs.Check(new SplitSpec { Column = "text" }, schema));
        Assert.Equal("split.column 'none' is not a column of the data", $"{SplitSpecs.Check(new SplitSpec { Column = "none" }, schema)}");
        Assert.Equal("split.column 'number' is number; STRATIFIED goes by text or integer or boolean", $"{SplitSpecs.Check(new SplitSpec { Column = "number" }, schema)}");
        Assert.Equal("split.column 'text' is text; TIME goes by timestamp or integer or number", $"{SplitSpecs.Check(new SplitSpec { Strategy = SplitStrategy.Time, Column = "text" }, schema)}");
    }

    [Fact]
    public void The_datas_own_splits_stay_what_they_are_unless_a_column_says_otherwise()
    {
        var rule = new SplitRule(new SplitSpec { TestFraction = 0.2, ValidationFraction = 0.1 }, Version("train", "test"), []);
        Assert.Equal([Part.Test, null, null], ((string[])["test", "train", "extra"]).Select(rule.PartOf));
        Assert.Equal((0, 0.1), (rule.Test, rule.Validation));
        Assert.Equal(["test", "train"], rule.Splits.Select(s => s.Name));

        rule = new SplitRule(new SplitSpec { Strategy = SplitStrategy.Predefined }, Version("train", "validation", "test"), []);
        Assert.Equal([Part.Test, Part.Train, Part.Validation], rule.Splits.Select(s => rule.PartOf(s.Name)));
        rule = new SplitRule(new SplitSpec { Strategy = SplitStrategy.Predefined, Column = "word" }, Version("train", "test"), []);
        Assert.All(rule.Splits, split => Assert.Null(rule.PartOf(split.Name)));
    }

    [Fact]
    public void Records_are_compared_when_equal_ones_can_be_in_the_wrong_place()
    {
        Assert.True(Compares(new SplitSpec { TestFraction = 0.1 }, "all"));
        Assert.True(Compares(new SplitSpec(), "test", "train"));
        Assert.True(Compares(new SplitSpec { Duplicates = DuplicatePolicy.Drop }, "all"));
        Assert.False(Compares(new SplitSpec(), "all"));
        Assert.False(Compares(new SplitSpec { Duplicates = DuplicatePolicy.Together }, "all"));
        Assert.False(Compares(new SplitSpec { TestFraction = 0.1, Duplicates = DuplicatePolicy.Allow }, "all"));
        // The label says nothing about whether records are equal.
        Assert.Equal(["word"], Rule(new SplitSpec(), "all").Features.Select(c => c.Name));
        Assert.False(new SplitRule(new SplitSpec { TestFraction = 0.1 }, Version("all"), [new RecordColumn("label", ColumnKind.Text)]).ComparesRecords);
    }

    private static bool Compares(SplitSpec spec, params string[] splits) => Rule(spec, splits).ComparesRecords;

    private static SplitRule Rule(SplitSpec spec, params string[] splits) =>
        new(spec, Version(splits), [new RecordColumn("word", ColumnKind.Text), new RecordColumn("label", ColumnKind.Text)]);

    private static DatasetVersion Version(params string[] splits) => new()
    {
        Schema = new Schema { Columns = { new Column { Name = "word", Type = ColumnType.String }, new Column { Name = "label", Type = ColumnType.String } } },
        Splits = { splits.Select(name => new Split { Name = name, RecordCount = 1 }) },
    };

    private static string[] Wrong(SplitSpec? spec)
    {
        var violations = new Violations();
        SplitSpecs.Check(spec, "s", violations);
        try
        {
            violations.ThrowIfAny();
            return [];
        }
        catch (MeshException e)
        {
            return [.. e.Violations.Select(v => v.Field)];
        }
    }
}
