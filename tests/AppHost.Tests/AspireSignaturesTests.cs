using System.Reflection;
using System.Runtime.CompilerServices;
using Mesh.AppHost.Local;

namespace Mesh.AppHost.Tests;

/// <summary>
/// Holds the local engine to Aspire's API: every public member of it stands in AspireSignatures.txt, which was taken from Aspire's
/// published API listing, and the other way round. So Program.cs compiles against either.
/// </summary>
public sealed class AspireSignaturesTests
{
    [Fact]
    public void The_local_engine_has_exactly_the_listed_members_of_Aspire()
    {
        var listed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "AspireSignatures.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'));

        Assert.Equal(listed.Order(StringComparer.Ordinal), Signatures().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Signatures() =>
        from type in typeof(DistributedApplication).Assembly.GetExportedTypes()
        from member in type.GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let signature = member switch
        {
            MethodInfo { IsSpecialName: false } method => Render(method),
            PropertyInfo property => $"{Name(property.PropertyType)}{Mark(new NullabilityInfoContext().Create(property))} {property.Name}",
            ConstructorInfo constructor => $"{Name(type)}({Parameters(constructor)})",
            _ => null,
        }
        where signature is not null && !(member is ConstructorInfo && member.DeclaringType!.GetConstructor([]) is not null)
        select $"{Name(type)}: {signature}";

    private static string Render(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        var constraints = method.IsGenericMethod
            ? string.Concat(method.GetGenericArguments().Select(argument =>
                $" where {argument.Name} : {string.Join(", ", argument.GetGenericParameterConstraints().Select(Name))}"))
            : "";
        var self = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"{Name(method.ReturnType)} {method.Name}{generic}({self}{Parameters(method)}){constraints}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var value = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
        return $"{many}{Name(parameter.ParameterType)}{Mark(new NullabilityInfoContext().Create(parameter))} {parameter.Name}{value}";
    }));

    private static string Default(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        bool value => value ? "true" : "false",
        var value => value.ToString()!,
    };

    private static string Mark(NullabilityInfo info) => !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Name(underlying)}?";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        var name = type.Name switch { "String" => "string", "Int32" => "int", "Boolean" => "bool", "Void" => "void", var other => other };
        return type.IsGenericType ? $"{name[..name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
