using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Mesh.Registry.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "models",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    DisplayName = table.Column<string>(type: "TEXT", nullable: false),
                    Description = table.Column<string>(type: "TEXT", nullable: false),
                    LastVersion = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_models", x => new { x.Project, x.Id });
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
                name: "serving_replicas",
                columns: table => new
                {
                    ReplicaId = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    Owner = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Beat = table.Column<long>(type: "INTEGER", nullable: false),
                    Report = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_serving_replicas", x => x.ReplicaId);
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
                    ModelId = table.Column<string>(type: "TEXT", nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    BundleSha256 = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    BundleSizeBytes = table.Column<long>(type: "INTEGER", nullable: false),
                    Facts = table.Column<string>(type: "TEXT", nullable: false),
                    Files = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_versions", x => new { x.Project, x.ModelId, x.Version });
                    table.ForeignKey(
                        name: "FK_versions_models_Project_ModelId",
                        columns: x => new { x.Project, x.ModelId },
                        principalTable: "models",
                        principalColumns: new[] { "Project", "Id" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "aliases",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", nullable: false),
                    ModelId = table.Column<string>(type: "TEXT", nullable: false),
                    Alias = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_aliases", x => new { x.Project, x.ModelId, x.Alias });
                    table.ForeignKey(
                        name: "FK_aliases_versions_Project_ModelId_Version",
                        columns: x => new { x.Project, x.ModelId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "ModelId", "Version" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "deployments",
                columns: table => new
                {
                    Project = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    Id = table.Column<string>(type: "TEXT", maxLength: 63, nullable: false),
                    ModelId = table.Column<string>(type: "TEXT", nullable: false),
                    Alias = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: true),
                    Replicas = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedTicks = table.Column<long>(type: "INTEGER", nullable: false),
                    Creator = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deployments", x => new { x.Project, x.Id });
                    table.ForeignKey(
                        name: "FK_deployments_aliases_Project_ModelId_Alias",
                        columns: x => new { x.Project, x.ModelId, x.Alias },
                        principalTable: "aliases",
                        principalColumns: new[] { "Project", "ModelId", "Alias" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_deployments_models_Project_ModelId",
                        columns: x => new { x.Project, x.ModelId },
                        principalTable: "models",
                        principalColumns: new[] { "Project", "Id" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_deployments_versions_Project_ModelId_Version",
                        columns: x => new { x.Project, x.ModelId, x.Version },
                        principalTable: "versions",
                        principalColumns: new[] { "Project", "ModelId", "Version" },
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_aliases_Project_ModelId_Version",
                table: "aliases",
                columns: new[] { "Project", "ModelId", "Version" });

            migrationBuilder.CreateIndex(
                name: "IX_deployments_Project_ModelId_Alias",
                table: "deployments",
                columns: new[] { "Project", "ModelId", "Alias" });

            migrationBuilder.CreateIndex(
                name: "IX_deployments_Project_ModelId_Version",
                table: "deployments",
                columns: new[] { "Project", "ModelId", "Version" });

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
                name: "IX_versions_Project_BundleSha256",
                table: "versions",
                columns: new[] { "Project", "BundleSha256" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "deployments");

            migrationBuilder.DropTable(
                name: "released_blobs");

            migrationBuilder.DropTable(
                name: "requests");

            migrationBuilder.DropTable(
                name: "serving_replicas");

            migrationBuilder.DropTable(
                name: "uploads");

            migrationBuilder.DropTable(
                name: "aliases");

            migrationBuilder.DropTable(
                name: "versions");

            migrationBuilder.DropTable(
                name: "models");
        }
    }
}
