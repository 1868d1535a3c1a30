using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Preprocessing.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "preprocessing");

            migrationBuilder.CreateTable(
                name: "dataset_changes",
                schema: "preprocessing",
                columns: table => new
                {
                    ChangeId = table.Column<Guid>(type: "uuid", nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetVersion = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    Digests = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_changes", x => x.ChangeId);
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                schema: "preprocessing",
                columns: table => new
                {
                    Name = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    ParentName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    PartStage = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: true),
                    Kind = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Creator = table.Column<string>(type: "text", nullable: false),
                    Specification = table.Column<byte[]>(type: "bytea", nullable: false),
                    Cpus = table.Column<int>(type: "integer", nullable: false),
                    MemoryBytes = table.Column<long>(type: "bigint", nullable: false),
                    Gpus = table.Column<int>(type: "integer", nullable: false),
                    TraceParent = table.Column<string>(type: "text", nullable: true),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    TurnTicks = table.Column<long>(type: "bigint", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Attempt = table.Column<int>(type: "integer", nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    LeaseExpiresTicks = table.Column<long>(type: "bigint", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "bigint", nullable: false),
                    TokenHash = table.Column<byte[]>(type: "bytea", nullable: true),
                    RecordedSequence = table.Column<long>(type: "bigint", nullable: false),
                    YieldRequested = table.Column<bool>(type: "boolean", nullable: false),
                    Stage = table.Column<string>(type: "text", nullable: false),
                    Done = table.Column<long>(type: "bigint", nullable: false),
                    Total = table.Column<long>(type: "bigint", nullable: false),
                    ErrorReason = table.Column<string>(type: "text", nullable: true),
                    ErrorMessage = table.Column<string>(type: "text", nullable: true),
                    Resume = table.Column<byte[]>(type: "bytea", nullable: true),
                    Result = table.Column<byte[]>(type: "bytea", nullable: true),
                    StartedTicks = table.Column<long>(type: "bigint", nullable: true),
                    EndedTicks = table.Column<long>(type: "bigint", nullable: true),
                    Revision = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_jobs", x => x.Name);
                    table.ForeignKey(
                        name: "FK_jobs_jobs_ParentName",
                        column: x => x.ParentName,
                        principalSchema: "preprocessing",
                        principalTable: "jobs",
                        principalColumn: "Name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pipelines",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pipelines", x => new { x.Project, x.PipelineId });
                });

            migrationBuilder.CreateTable(
                name: "processed_datasets",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "text", nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_processed_datasets", x => new { x.Project, x.DatasetId });
                });

            migrationBuilder.CreateTable(
                name: "requests",
                schema: "preprocessing",
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
                name: "pipeline_runs",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetVersion = table.Column<string>(type: "text", nullable: false),
                    Creator = table.Column<string>(type: "text", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false),
                    ProcessedKey = table.Column<string>(type: "text", nullable: true),
                    Cached = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pipeline_runs", x => new { x.Project, x.PipelineId, x.RunId });
                    table.ForeignKey(
                        name: "FK_pipeline_runs_pipelines_Project_PipelineId",
                        columns: x => new { x.Project, x.PipelineId },
                        principalSchema: "preprocessing",
                        principalTable: "pipelines",
                        principalColumns: new[] { "Project", "PipelineId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "pins",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Holder = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pins", x => new { x.Project, x.DatasetId, x.Holder });
                    table.ForeignKey(
                        name: "FK_pins_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalSchema: "preprocessing",
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_ParentName_State",
                schema: "preprocessing",
                table: "jobs",
                columns: new[] { "ParentName", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_State_TurnTicks",
                schema: "preprocessing",
                table: "jobs",
                columns: new[] { "State", "TurnTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_processed_datasets_Project_Key",
                schema: "preprocessing",
                table: "processed_datasets",
                columns: new[] { "Project", "Key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "dataset_changes",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "jobs",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "pins",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "pipeline_runs",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "requests",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "processed_datasets",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "pipelines",
                schema: "preprocessing");
        }
    }
}
