using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Imports;

/// <summary>The tables of imports.</summary>
internal static class ImportModel
{
    public const int MaxUri = 2048;

    /// <summary>Characters of all patterns of an import together.</summary>
    public const int MaxInclude = 4096;

    public static void AddImports(this ModelBuilder model)
    {
        model.Entity<ImportRow>(row =>
        {
            row.ToTable("imports");
            row.HasKey(i => new { i.Project, i.ImportId });
            row.HasIndex(i => new { i.State, i.LeaseUntilTicks });
            row.Property(i => i.Project).HasMaxLength(63);
            row.Property(i => i.ImportId).HasMaxLength(63);
            row.Property(i => i.SourceUri).HasMaxLength(MaxUri);
            row.Property(i => i.Include).HasMaxLength(MaxInclude);
            row.Property(i => i.Stage).HasMaxLength(64);
            row.Property(i => i.ErrorReason).HasMaxLength(64);
            row.Property(i => i.Creator).HasMaxLength(256);
        });
        model.Entity<ImportFileRow>(row =>
        {
            row.ToTable("import_files");
            row.HasKey(f => new { f.Project, f.ImportId, f.Path });
            row.HasOne<ImportRow>().WithMany().HasForeignKey(f => new { f.Project, f.ImportId }).OnDelete(DeleteBehavior.Cascade);
            row.Property(f => f.Path).HasMaxLength(UploadFileName.MaxLength);
            row.Property(f => f.Key).HasMaxLength(MaxUri + UploadFileName.MaxLength);
            row.Property(f => f.Version).HasMaxLength(256);
            row.Property(f => f.UploadId).HasMaxLength(63);
        });
    }

    public static IQueryable<ImportRow> Of(this IQueryable<ImportRow> rows, ImportKey key) => rows.Where(i => i.Project == key.Project && i.ImportId == key.ImportId);

    public static IQueryable<ImportFileRow> Of(this IQueryable<ImportFileRow> rows, ImportKey key) =>
        rows.Where(f => f.Project == key.Project && f.ImportId == key.ImportId);

    public static ImportKey Key(this ImportRow row) => new(row.Project, row.ImportId);
}

/// <summary>An import's key, from its name.</summary>
internal readonly record struct ImportKey(string Project, string ImportId)
{
    public string Name => IngestNames.Import.Format(Project, ImportId);

    public static ImportKey Parse(string name)
    {
        var ids = IngestNames.Import.Parse(name, "name");
        return new ImportKey(ids[0], ids[1]);
    }
}
