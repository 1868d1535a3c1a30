using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Preprocessing.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "blob_claims",
                columns: table => new
                {
                    ClaimId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Digest = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    RunName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    DeletingTicks = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_blob_claims", x => x.ClaimId);
                });

            migrationBuilder.CreateTable(
                name: "dataset_changes",
                columns: table => new
                {
                    ChangeId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetVersion = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    RunName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_changes", x => x.ChangeId);
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    ParentName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true),
                    PartStage = table.Column<string>(type: "TEXT", maxLength: 63, nullable: true),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Creator = table.Column<string>(type: "TEXT", nullable: false),
                    Specification = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Cpus = table.Column<int>(type: "INTEGER", nullable: false),
                    MemoryBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    Gpus = table.Column<int>(type: "INTEGER", nullable: false),
                    TraceParent = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    TurnTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    FailuresInPlace = table.Column<int>(type: "INTEGER", nullable: false),
                    UnitsDone = table.Column<long>(type: "INTEGER", nullable: false),
                    FarthestFailure = table.Column<long>(type: "INTEGER", nullable: false),
                    LeaseExpiresTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    TokenHash = table.Column<byte[]>(type: "BLOB", nullable: true),
                    RecordedSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    YieldRequested = table.Column<bool>(type: "INTEGER", nullable: false),
                    Stage = table.Column<string>(type: "TEXT", nullable: false),
                    Done = table.Column<long>(type: "INTEGER", nullable: false),
                    Total = table.Column<long>(type: "INTEGER", nullable: false),
                    ErrorReason = table.Column<string>(type: "TEXT", nullable: true),
                    ErrorMessage = table.Column<string>(type: "TEXT", nullable: true),
                    Resume = table.Column<byte[]>(type: "BLOB", nullable: true),
                    Result = table.Column<byte[]>(type: "BLOB", nullable: true),
                    StartedTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    EndedTicks = table.Column<long>(type: "INTEGER", nullable: true),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_jobs", x => x.Name);
                    table.ForeignKey(
                        name: "FK_jobs_jobs_ParentName",
                        column: x => x.ParentName,
                        principalTable: "jobs",
                        principalColumn: "Name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "partition_cache",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_partition_cache", x => new { x.Project, x.Key });
                });

            migrationBuilder.CreateTable(
                name: "pipelines",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pipelines", x => new { x.Project, x.PipelineId });
                });

            migrationBuilder.CreateTable(
                name: "processed_datasets",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_processed_datasets", x => new { x.Project, x.DatasetId });
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
                name: "run_partitions",
                columns: table => new
                {
                    RunName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Split = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Offset = table.Column<long>(type: "INTEGER", nullable: false),
                    Records = table.Column<long>(type: "INTEGER", nullable: false),
                    Digest = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_partitions", x => new { x.RunName, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "run_results",
                columns: table => new
                {
                    RunName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    Stage = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Reused = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_results", x => new { x.RunName, x.Stage, x.Number });
                });

            migrationBuilder.CreateTable(
                name: "pipeline_runs",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetVersion = table.Column<string>(type: "TEXT", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    ProcessedKey = table.Column<string>(type: "TEXT", nullable: true),
                    Cached = table.Column<bool>(type: "INTEGER", nullable: false),
                    Partitions = table.Column<int>(type: "INTEGER", nullable: false),
                    ReusedPartitions = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pipeline_runs", x => new { x.Project, x.PipelineId, x.RunId });
                    table.ForeignKey(
                        name: "FK_pipeline_runs_pipelines_Project_PipelineId",
                        columns: x => new { x.Project, x.PipelineId },
                        principalTable: "pipelines",
                        principalColumns: new[] { "Project", "PipelineId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "triggers",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    PipelineId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    TriggerId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Disabled = table.Column<bool>(type: "INTEGER", nullable: false),
                    SeenVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Error = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_triggers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_triggers_pipelines_Project_PipelineId",
                        columns: x => new { x.Project, x.PipelineId },
                        principalTable: "pipelines",
                        principalColumns: new[] { "Project", "PipelineId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "dataset_blobs",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Digest = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_blobs", x => new { x.Project, x.DatasetId, x.Digest });
                    table.ForeignKey(
                        name: "FK_dataset_blobs_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "partition_uses",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_partition_uses", x => new { x.Project, x.DatasetId, x.Key });
                    table.ForeignKey(
                        name: "FK_partition_uses_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pins",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DatasetId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Holder = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pins", x => new { x.Project, x.DatasetId, x.Holder });
                    table.ForeignKey(
                        name: "FK_pins_processed_datasets_Project_DatasetId",
                        columns: x => new { x.Project, x.DatasetId },
                        principalTable: "processed_datasets",
                        principalColumns: new[] { "Project", "DatasetId" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "trigger_firings",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    TriggerId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    FiredTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Trains = table.Column<bool>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    RunName = table.Column<string>(type: "TEXT", maxLength: 512, nullable: true),
                    TrainingRun = table.Column<string>(type: "TEXT", maxLength: 512, nullable: false),
                    Failures = table.Column<int>(type: "INTEGER", nullable: false),
                    NotBeforeTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Error = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_trigger_firings", x => x.Id);
                    table.ForeignKey(
                        name: "FK_trigger_firings_triggers_TriggerId",
                        column: x => x.TriggerId,
                        principalTable: "triggers",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_blob_claims_Project_Digest",
                table: "blob_claims",
                columns: new[] { "Project", "Digest" });

            migrationBuilder.CreateIndex(
                name: "IX_blob_claims_RunName_DeletingTicks_ClaimId",
                table: "blob_claims",
                columns: new[] { "RunName", "DeletingTicks", "ClaimId" });

            migrationBuilder.CreateIndex(
                name: "IX_dataset_blobs_Project_Digest",
                table: "dataset_blobs",
                columns: new[] { "Project", "Digest" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_ParentName_State",
                table: "jobs",
                columns: new[] { "ParentName", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_State_TurnTicks",
                table: "jobs",
                columns: new[] { "State", "TurnTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_partition_uses_Project_Key",
                table: "partition_uses",
                columns: new[] { "Project", "Key" });

            migrationBuilder.CreateIndex(
                name: "IX_processed_datasets_Project_Key",
                table: "processed_datasets",
                columns: new[] { "Project", "Key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_RunName",
                table: "trigger_firings",
                column: "RunName");

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_State_NotBeforeTicks",
                table: "trigger_firings",
                columns: new[] { "State", "NotBeforeTicks" });

            migrationBuilder.CreateIndex(
                name: "IX_trigger_firings_TriggerId_Version",
                table: "trigger_firings",
                columns: new[] { "TriggerId", "Version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_triggers_Project_PipelineId_TriggerId",
                table: "triggers",
                columns: new[] { "Project", "PipelineId", "TriggerId" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "blob_claims");

            migrationBuilder.DropTable(
                name: "dataset_blobs");

            migrationBuilder.DropTable(
                name: "dataset_changes");

            migrationBuilder.DropTable(
                name: "jobs");

            migrationBuilder.DropTable(
                name: "partition_cache");

            migrationBuilder.DropTable(
                name: "partition_uses");

            migrationBuilder.DropTable(
                name: "pins");

            migrationBuilder.DropTable(
                name: "pipeline_runs");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "run_partitions");

            migrationBuilder.DropTable(
                name: "run_results");

            migrationBuilder.DropTable(
                name: "trigger_firings");

            migrationBuilder.DropTable(
                name: "processed_datasets");

            migrationBuilder.DropTable(
                name: "triggers");

            migrationBuilder.DropTable(
                name: "pipelines");
        }
    }
}
