using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Preprocessing.Splitting;

/// <summary>What decides where a record belongs. A file of them has 32 bytes a record, as they lie in memory.</summary>
/// <param name="Hash">Of what equal records have in common; 0 when nobody compares them.</param>
/// <param name="Key">What the strategy looks at: a class or a group by its hash, a moment, or the part itself.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct RecordFacts(UInt128 Hash, UInt128 Key)
{
    public static readonly int Bytes = Unsafe.SizeOf<RecordFacts>();
}
