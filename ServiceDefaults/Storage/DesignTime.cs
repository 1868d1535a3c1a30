using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>Lets `dotnet ef migrations add` make a SQLite context without starting the service.</summary>
public abstract class SqliteDesignTime<TDb> : IDesignTimeDbContextFactory<TDb>
    where TDb : MeshDb
{
    public TDb CreateDbContext(string[] args) => (TDb)Activator.CreateInstance(
        typeof(TDb), new DbContextOptionsBuilder<TDb>().UseSqlite("Data Source=design.db").Options)!;
}

/// <summary>Lets `dotnet ef migrations add` make a PostgreSQL context without a server.</summary>
public abstract class PostgresDesignTime<TDb> : IDesignTimeDbContextFactory<TDb>
    where TDb : MeshDb
{
    public TDb CreateDbContext(string[] args) => (TDb)Activator.CreateInstance(
        typeof(TDb), new DbContextOptionsBuilder<TDb>().UseNpgsql("Host=design").Options)!;
}
