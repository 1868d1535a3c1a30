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
                name: "blob_claims",
                schema: "preprocessing",
                columns: table => new
                {
                    ClaimId = table.Column<Guid>(type: "uuid", nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    RunName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    DeletingTicks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_blob_claims", x => x.ClaimId);
                });

            migrationBuilder.CreateTable(
                name: "dataset_changes",
                schema: "preprocessing",
                columns: table => new
                {
                    ChangeId = table.Column<Guid>(type: "uuid", nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetVersion = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    RunName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true)
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
                    FailuresInPlace = table.Column<int>(type: "integer", nullable: false),
                    UnitsDone = table.Column<long>(type: "bigint", nullable: false),
                    FarthestFailure = table.Column<long>(type: "bigint", nullable: false),
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
                name: "partition_cache",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_partition_cache", x => new { x.Project, x.Key });
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
                name: "run_partitions",
                schema: "preprocessing",
                columns: table => new
                {
                    RunName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Split = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Offset = table.Column<long>(type: "bigint", nullable: false),
                    Records = table.Column<long>(type: "bigint", nullable: false),
                    Digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_partitions", x => new { x.RunName, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "run_results",
                schema: "preprocessing",
                columns: table => new
                {
                    RunName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    Stage = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    Key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false),
                    Reused = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_results", x => new { x.RunName, x.Stage, x.Number });
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
                    Cached = table.Column<bool>(type: "boolean", nullable: false),
                    Partitions = table.Column<int>(type: "integer", nullable: false),
                    ReusedPartitions = table.Column<int>(type: "integer", nullable: false)
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
                name: "triggers",
                schema: "preprocessing",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    TriggerId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false),
                    Disabled = table.Column<bool>(type: "boolean", nullable: false),
                    SeenVersion = table.Column<int>(type: "integer", nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "bigint", nullable: false),
                    Error = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_triggers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_triggers_pipelines_Project_PipelineId",
                        columns: x => new { x.Project, x.PipelineId },
                        principalSchema: "preprocessing",
                        principalTable: "pipelines",
                        principalColumns: new[] { "Project", "PipelineId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_blobs",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Digest = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_blobs", x => new { x.Project, x.DatasetId, x.Digest });
                    table.ForeignKey(
                        name: "FK_dataset_blobs_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalSchema: "preprocessing",
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "partition_uses",
                schema: "preprocessing",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_partition_uses", x => new { x.Project, x.DatasetId, x.Key });
                    table.ForeignKey(
                        name: "FK_partition_uses_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalSchema: "preprocessing",
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Cascade);
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

            migrationBuilder.CreateTable(
                name: "trigger_firings",
                schema: "preprocessing",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    TriggerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Version = table.Column<int>(type: "integer", nullable: false),
                    FiredTicks = table.Column<long>(type: "bigint", nullable: false),
                    Trains = table.Column<bool>(type: "boolean", nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    RunName = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    TrainingRun = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "bigint", nullable: false),
                    Error = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_trigger_firings", x => x.Id);
                    table.ForeignKey(
                        name: "FK_trigger_firings_triggers_TriggerId",
                        column: x => x.TriggerId,
                        principalSchema: "preprocessing",
                        principalTable: "triggers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_blob_claims_Project_Digest",
                schema: "preprocessing",
                table: "blob_claims",
                columns: new[] { "Project", "Digest" });

            migrationBuilder.CreateIndex(
                name: "IX_blob_claims_RunName_DeletingTicks_ClaimId",
                schema: "preprocessing",
                table: "blob_claims",
                columns: new[] { "RunName", "DeletingTicks", "ClaimId" });

            migrationBuilder.CreateIndex(
                name: "IX_dataset_blobs_Project_Digest",
                schema: "preprocessing",
                table: "dataset_blobs",
                columns: new[] { "Project", "Digest" });

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
                name: "IX_partition_uses_Project_Key",
                schema: "preprocessing",
                table: "partition_uses",
                columns: new[] { "Project", "Key" });

            migrationBuilder.CreateIndex(
                name: "IX_processed_datasets_Project_Key",
                schema: "preprocessing",
                table: "processed_datasets",
                columns: new[] { "Project", "Key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_RunName",
                schema: "preprocessing",
                table: "trigger_firings",
                column: "RunName");

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_State_NotBeforeTicks",
                schema: "preprocessing",
                table: "trigger_firings",
                columns: new[] { "State", "NotBeforeTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_TriggerId_Version",
                schema: "preprocessing",
                table: "trigger_firings",
                columns: new[] { "TriggerId", "Version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_triggers_Project_PipelineId_TriggerId",
                schema: "preprocessing",
                table: "triggers",
                columns: new[] { "Project", "PipelineId", "TriggerId" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "blob_claims",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "dataset_blobs",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "dataset_changes",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "jobs",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "partition_cache",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "partition_uses",
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
                name: "run_partitions",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "run_results",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "trigger_firings",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "processed_datasets",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "triggers",
                schema: "preprocessing");

            migrationBuilder.DropTable(
                name: "pipelines",
                schema: "preprocessing");
        }
    }
}
