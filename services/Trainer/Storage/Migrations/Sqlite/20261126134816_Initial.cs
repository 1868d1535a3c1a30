using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Trainer.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
                name: "pin_intents",
                columns: table => new
                {
                    IntentId = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    ProcessedDataset = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pin_intents", x => x.IntentId);
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
                name: "training_runs",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    ProcessedDataset = table.Column<string>(type: "TEXT", nullable: false),
                    Description = table.Column<byte[]>(type: "BLOB", nullable: false),
                    MetricsBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    LastStep = table.Column<long>(type: "INTEGER", nullable: false),
                    LastEpoch = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_training_runs", x => new { x.Project, x.RunId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_ParentName_State",
                table: "jobs",
                columns: new[] { "ParentName", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_State_TurnTicks",
                table: "jobs",
                columns: new[] { "State", "TurnTicks" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "jobs");

            migrationBuilder.DropTable(
                name: "pin_intents");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "training_runs");
        }
    }
}
