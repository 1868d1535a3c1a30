using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Ingest.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "datasets",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DisplayName = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    Description = table.Column<string>(type: "TEXT", maxLength: 4096, nullable: false),
                    LastVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_datasets", x => new { x.Project, x.DatasetId });
                });

            migrationBuilder.CreateTable(
                name: "deleted_datasets",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    LastVersion = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deleted_datasets", x => new { x.Project, x.DatasetId });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    ImportId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    SourceUri = table.Column<string>(type: "TEXT", maxLength: 2048, nullable: false),
                    Include = table.Column<string>(type: "TEXT", maxLength: 4096, nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    LeaseUntilTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Listed = table.Column<bool>(type: "INTEGER", nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Done = table.Column<long>(type: "INTEGER", nullable: false),
                    Total = table.Column<long>(type: "INTEGER", nullable: false),
                    ErrorReason = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ErrorMessage = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    StartTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    EndTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    Creator = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.Project, x.ImportId });
                });

            migrationBuilder.CreateTable(
                name: "released_blobs",
                columns: table => new
                {
                    ReleaseId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_released_blobs", x => x.ReleaseId);
                });

            migrationBuilder.CreateTable(
                name: "requests",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    RequestId = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Fingerprint = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceName = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.Project, x.RequestId });
                });

            migrationBuilder.CreateTable(
                name: "uploads",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    UploadId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    FileName = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: false),
                    DeclaredBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    AnnouncedSha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    StagingFolder = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    FinishingSha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    StoredBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    UsedTicks = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_uploads", x => new { x.Project, x.UploadId });
                });

            migrationBuilder.CreateTable(
                name: "versions",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    LeaseOwner = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    LeaseUntilTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Done = table.Column<long>(type: "INTEGER", nullable: false),
                    Total = table.Column<long>(type: "INTEGER", nullable: false),
                    ErrorReason = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ErrorMessage = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    StartTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    EndTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    Creator = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    Digest = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    LastReadTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    ColdTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    Notes = table.Column<string>(type: "TEXT", maxLength: 16384, nullable: false),
                    QuarantineSha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Facts = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_versions", x => new { x.Project, x.DatasetId, x.Version });
                    table.ForeignKey(
                        name: "FK_versions_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalTable: "datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "import_files",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    ImportId = table.Column<string>(type: "TEXT", nullable: false),
                    Path = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 3072, nullable: false),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: true),
                    Version = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    UploadId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Finished = table.Column<bool>(type: "INTEGER", nullable: false),
                    StoredBytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_files", x => new { x.Project, x.ImportId, x.Path });
                    table.ForeignKey(
                        name: "FK_import_files_imports_Project_ImportId",
                        columns: x => new { x.Project, x.ImportId },
                        principalTable: "imports",
                        principalColumns: new[] { "Project", "ImportId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pins",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    Holder = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pins", x => new { x.Project, x.DatasetId, x.Version, x.Holder });
                    table.ForeignKey(
                        name: "FK_pins_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "version_details",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    Rejections = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Restarts = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Statistics = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_details", x => new { x.Project, x.DatasetId, x.Version });
                    table.ForeignKey(
                        name: "FK_version_details_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "version_files",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    Path = table.Column<string>(type: "TEXT", maxLength: 1024, nullable: false),
                    Sha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    SizeBytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_files", x => new { x.Project, x.DatasetId, x.Version, x.Path });
                    table.ForeignKey(
                        name: "FK_version_files_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "version_tags",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", nullable: false),
                    Tag = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_tags", x => new { x.Project, x.DatasetId, x.Tag });
                    table.ForeignKey(
                        name: "FK_version_tags_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_imports_State_LeaseUntilTicks",
                table: "imports",
                columns: new[] { "State", "LeaseUntilTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_released_blobs_Project",
                table: "released_blobs",
                column: "Project");

            migrationBuilder.CreateIndex(
                name: "IX_uploads_Project_Sha256",
                table: "uploads",
                columns: new[] { "Project", "Sha256" });

            migrationBuilder.CreateIndex(
                name: "IX_uploads_Project_StoredBytes",
                table: "uploads",
                columns: new[] { "Project", "StoredBytes" });

            migrationBuilder.CreateIndex(
                name: "IX_version_files_Project_Sha256",
                table: "version_files",
                columns: new[] { "Project", "Sha256" });

            migrationBuilder.CreateIndex(
                name: "IX_version_files_Project_SizeBytes",
                table: "version_files",
                columns: new[] { "Project", "SizeBytes" });

            migrationBuilder.CreateIndex(
                name: "IX_version_tags_Project_DatasetId_Version",
                table: "version_tags",
                columns: new[] { "Project", "DatasetId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_versions_LastReadTicks",
                table: "versions",
                column: "LastReadTicks");

            migrationBuilder.CreateIndex(
                name: "IX_versions_Project_QuarantineSha256",
                table: "versions",
                columns: new[] { "Project", "QuarantineSha256" });

            migrationBuilder.CreateIndex(
                name: "IX_versions_State_LeaseUntilTicks",
                table: "versions",
                columns: new[] { "State", "LeaseUntilTicks" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deleted_datasets");

            migrationBuilder.DropTable(
                name: "import_files");

            migrationBuilder.DropTable(
                name: "pins");

            migrationBuilder.DropTable(
                name: "released_blobs");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "uploads");

            migrationBuilder.DropTable(
                name: "version_details");

            migrationBuilder.DropTable(
                name: "version_files");

            migrationBuilder.DropTable(
                name: "version_tags");

            migrationBuilder.DropTable(
                name: "imports");

            migrationBuilder.DropTable(
                name: "versions");

            migrationBuilder.DropTable(
                name: "datasets");
        }
    }
}
