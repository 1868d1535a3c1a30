namespace Mesh.Transforms.Records;

/// <summary>Kinds of columns in words.</summary>
public static class ColumnKindWords
{
    extension(ColumnKind kind)
    {
        /// <summary>As JSON has it: <c>integer_list</c>.</summary>
        public string Word => kind switch
        {
            ColumnKind.TextList => "text_list",
            ColumnKind.IntegerList => "integer_list",
            ColumnKind.NumberList => "number_list",
            ColumnKind.ImageList => "image_list",
            _ => kind.ToString().ToLowerInvariant(),
        };

        /// <summary>Whether data can hold it.</summary>
        public bool IsData => kind is > ColumnKind.Unknown and < ColumnKind.Pixels;

        /// <summary>Whether each value is one number, or stands for one.</summary>
        public bool IsNumeric => kind is ColumnKind.Integer or ColumnKind.Number or ColumnKind.Boolean or ColumnKind.Timestamp;
    }

    /// <summary>The kind that has this word; <see cref="ColumnKind.Unknown"/> when data holds no such thing.</summary>
    public static ColumnKind OfData(string word) => Array.Find(Enum.GetValues<ColumnKind>(), kind => kind.IsData && kind.Word == word);
}
