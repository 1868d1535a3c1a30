using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Ingest.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "ingest");

            migrationBuilder.CreateTable(
                name: "datasets",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DisplayName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Description = table.Column<string>(type: "character varying(4096)", maxLength: 4096, nullable: false),
                    LastVersion = table.Column<int>(type: "integer", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    Creator = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_datasets", x => new { x.Project, x.DatasetId });
                });

            migrationBuilder.CreateTable(
                name: "deleted_datasets",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    LastVersion = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deleted_datasets", x => new { x.Project, x.DatasetId });
                });

            migrationBuilder.CreateTable(
                name: "imports",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    ImportId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    SourceUri = table.Column<string>(type: "character varying(2048)", maxLength: 2048, nullable: false),
                    Include = table.Column<string>(type: "character varying(4096)", maxLength: 4096, nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Attempt = table.Column<int>(type: "integer", nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    LeaseUntilTicks = table.Column<long>(type: "bigint", nullable: false),
                    Listed = table.Column<bool>(type: "boolean", nullable: false),
                    Stage = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Done = table.Column<long>(type: "bigint", nullable: false),
                    Total = table.Column<long>(type: "bigint", nullable: false),
                    ErrorReason = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ErrorMessage = table.Column<string>(type: "text", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    StartTicks = table.Column<long>(type: "bigint", nullable: true),
                    EndTicks = table.Column<long>(type: "bigint", nullable: true),
                    Creator = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_imports", x => new { x.Project, x.ImportId });
                });

            migrationBuilder.CreateTable(
                name: "released_blobs",
                schema: "ingest",
                columns: table => new
                {
                    ReleaseId = table.Column<Guid>(type: "uuid", nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_released_blobs", x => x.ReleaseId);
                });

            migrationBuilder.CreateTable(
                name: "requests",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    RequestId = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    Fingerprint = table.Column<string>(type: "text", nullable: false),
                    ResourceName = table.Column<string>(type: "text", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_requests", x => new { x.Project, x.RequestId });
                });

            migrationBuilder.CreateTable(
                name: "uploads",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    UploadId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    FileName = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false),
                    DeclaredBytes = table.Column<long>(type: "bigint", nullable: false),
                    AnnouncedSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    StagingFolder = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    FinishingSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    StoredBytes = table.Column<long>(type: "bigint", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    Creator = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    UsedTicks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_uploads", x => new { x.Project, x.UploadId });
                });

            migrationBuilder.CreateTable(
                name: "versions",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Attempt = table.Column<int>(type: "integer", nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    LeaseOwner = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LeaseUntilTicks = table.Column<long>(type: "bigint", nullable: false),
                    Stage = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Done = table.Column<long>(type: "bigint", nullable: false),
                    Total = table.Column<long>(type: "bigint", nullable: false),
                    ErrorReason = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    ErrorMessage = table.Column<string>(type: "text", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    StartTicks = table.Column<long>(type: "bigint", nullable: true),
                    EndTicks = table.Column<long>(type: "bigint", nullable: true),
                    Creator = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LastReadTicks = table.Column<long>(type: "bigint", nullable: false),
                    ColdTicks = table.Column<long>(type: "bigint", nullable: true),
                    Notes = table.Column<string>(type: "character varying(16384)", maxLength: 16384, nullable: false),
                    QuarantineSha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Facts = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_versions", x => new { x.Project, x.DatasetId, x.Version });
                    table.ForeignKey(
                        name: "FK_versions_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalSchema: "ingest",
                        principalTable: "datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "import_files",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    ImportId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Path = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false),
                    Key = table.Column<string>(type: "character varying(3072)", maxLength: 3072, nullable: false),
                    Bytes = table.Column<long>(type: "bigint", nullable: true),
                    Version = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    UploadId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Finished = table.Column<bool>(type: "boolean", nullable: false),
                    StoredBytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_import_files", x => new { x.Project, x.ImportId, x.Path });
                    table.ForeignKey(
                        name: "FK_import_files_imports_Project_ImportId",
                        columns: x => new { x.Project, x.ImportId },
                        principalSchema: "ingest",
                        principalTable: "imports",
                        principalColumns: new[] { "Project", "ImportId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pins",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    Holder = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pins", x => new { x.Project, x.DatasetId, x.Version, x.Holder });
                    table.ForeignKey(
                        name: "FK_pins_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalSchema: "ingest",
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "version_details",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    Rejections = table.Column<byte[]>(type: "bytea", nullable: false),
                    Restarts = table.Column<byte[]>(type: "bytea", nullable: false),
                    Statistics = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_details", x => new { x.Project, x.DatasetId, x.Version });
                    table.ForeignKey(
                        name: "FK_version_details_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalSchema: "ingest",
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "version_files",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    Path = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false),
                    Sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    SizeBytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_files", x => new { x.Project, x.DatasetId, x.Version, x.Path });
                    table.ForeignKey(
                        name: "FK_version_files_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalSchema: "ingest",
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "version_tags",
                schema: "ingest",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", nullable: false),
                    Tag = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_tags", x => new { x.Project, x.DatasetId, x.Tag });
                    table.ForeignKey(
                        name: "FK_version_tags_versions_Project_DatasetId_Version",
                        columns: x => new { x.Project, x.DatasetId, x.Version },
                        principalSchema: "ingest",
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "DatasetId", "Version" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_imports_State_LeaseUntilTicks",
                schema: "ingest",
                table: "imports",
                columns: new[] { "State", "LeaseUntilTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_released_blobs_Project",
                schema: "ingest",
                table: "released_blobs",
                column: "Project");

            migrationBuilder.CreateIndex(
                name: "IX_uploads_Project_Sha256",
                schema: "ingest",
                table: "uploads",
                columns: new[] { "Project", "Sha256" });

            migrationBuilder.CreateIndex(
                name: "IX_uploads_Project_StoredBytes",
                schema: "ingest",
                table: "uploads",
                columns: new[] { "Project", "StoredBytes" });

            migrationBuilder.CreateIndex(
                name: "IX_version_files_Project_Sha256",
                schema: "ingest",
                table: "version_files",
                columns: new[] { "Project", "Sha256" });

            migrationBuilder.CreateIndex(
                name: "IX_version_files_Project_SizeBytes",
                schema: "ingest",
                table: "version_files",
                columns: new[] { "Project", "SizeBytes" });

            migrationBuilder.CreateIndex(
                name: "IX_version_tags_Project_DatasetId_Version",
                schema: "ingest",
                table: "version_tags",
                columns: new[] { "Project", "DatasetId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_versions_LastReadTicks",
                schema: "ingest",
                table: "versions",
                column: "LastReadTicks");

            migrationBuilder.CreateIndex(
                name: "IX_versions_Project_QuarantineSha256",
                schema: "ingest",
                table: "versions",
                columns: new[] { "Project", "QuarantineSha256" });

            migrationBuilder.CreateIndex(
                name: "IX_versions_State_LeaseUntilTicks",
                schema: "ingest",
                table: "versions",
                columns: new[] { "State", "LeaseUntilTicks" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deleted_datasets",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "import_files",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "pins",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "released_blobs",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "requests",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "uploads",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "version_details",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "version_files",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "version_tags",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "imports",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "versions",
                schema: "ingest");

            migrationBuilder.DropTable(
                name: "datasets",
                schema: "ingest");
        }
    }
}
