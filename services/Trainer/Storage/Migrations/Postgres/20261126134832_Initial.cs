using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Mesh.Trainer.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "trainer");

            migrationBuilder.CreateTable(
                name: "jobs",
                schema: "trainer",
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
                        principalSchema: "trainer",
                        principalTable: "jobs",
                        principalColumn: "Name",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "pin_intents",
                schema: "trainer",
                columns: table => new
                {
                    IntentId = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    ProcessedDataset = table.Column<string>(type: "text", nullable: false),
                    CreatedTicks = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pin_intents", x => x.IntentId);
                });

            migrationBuilder.CreateTable(
                name: "requests",
                schema: "trainer",
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
                name: "training_runs",
                schema: "trainer",
                columns: table => new
                {
                    Project = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    RunId = table.Column<string>(type: "character varying(63)", maxLength: 63, nullable: false),
                    ProcessedDataset = table.Column<string>(type: "text", nullable: false),
                    Description = table.Column<byte[]>(type: "bytea", nullable: false),
                    MetricsBytes = table.Column<long>(type: "bigint", nullable: false),
                    LastStep = table.Column<long>(type: "bigint", nullable: false),
                    LastEpoch = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_training_runs", x => new { x.Project, x.RunId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_ParentName_State",
                schema: "trainer",
                table: "jobs",
                columns: new[] { "ParentName", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_State_TurnTicks",
                schema: "trainer",
                table: "jobs",
                columns: new[] { "State", "TurnTicks" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "jobs",
                schema: "trainer");

            migrationBuilder.DropTable(
                name: "pin_intents",
                schema: "trainer");

            migrationBuilder.DropTable(
                name: "requests",
                schema: "trainer");

            migrationBuilder.DropTable(
                name: "training_runs",
                schema: "trainer");
        }
    }
}
