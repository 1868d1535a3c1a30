using Google.Protobuf;
using Grpc.Core;
using Mesh.Inference.Protocol.Wire;
using Mesh.OpenInference;
using Mesh.ServiceDefaults.Errors;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Mesh.Inference.Protocol;

/// <summary>
/// Binds the service as its generated code would, but for ModelInfer, whose messages are read and written by
/// <see cref="InferRequestReader"/> and <see cref="InferResponseWriter"/>.
/// </summary>
internal static class OpenInferenceBinding
{
    public static ServiceDescriptor Descriptor => GRPCInferenceService.Descriptor;

    /// <summary>Names the methods. The server finds their handlers by name among the overrides of <paramref name="api"/>'s type.</summary>
    public static void BindService(ServiceBinderBase binder, OpenInferenceBase? api)
    {
        Add<ServerLiveRequest, ServerLiveResponse>(binder, nameof(api.ServerLive), ServerLiveRequest.Parser);
        Add<ServerReadyRequest, ServerReadyResponse>(binder, nameof(api.ServerReady), ServerReadyRequest.Parser);
        Add<ServerMetadataRequest, ServerMetadataResponse>(binder, nameof(api.ServerMetadata), ServerMetadataRequest.Parser);
        Add<ModelReadyRequest, ModelReadyResponse>(binder, nameof(api.ModelReady), ModelReadyRequest.Parser);
        Add<ModelMetadataRequest, ModelMetadataResponse>(binder, nameof(api.ModelMetadata), ModelMetadataRequest.Parser);
        var requests = Marshallers.Create<InferRequest>(Unused, ReadRequest);
        var responses = Marshallers.Create<InferResponse>(WriteResponse, Unused<InferResponse>);
        binder.AddMethod(Method(nameof(api.ModelInfer), requests, responses), (UnaryServerMethod<InferRequest, InferResponse>)null!);
    }

    private static void Add<TRequest, TResponse>(ServiceBinderBase binder, string name, MessageParser<TRequest> parser)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var requests = Marshallers.Create<TRequest>(Unused, context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
        var responses = Marshallers.Create<TResponse>(WriteMessage, Unused<TResponse>);
        binder.AddMethod(Method(name, requests, responses), (UnaryServerMethod<TRequest, TResponse>)null!);
    }

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(string name, Marshaller<TRequest> requests, Marshaller<TResponse> responses) =>
        new(MethodType.Unary, Descriptor.FullName, name, requests, responses);

    private static InferRequest ReadRequest(DeserializationContext context)
    {
        try
        {
            return InferRequestReader.Read(context.PayloadAsReadOnlySequence());
        }
        catch (ProtoException e)
        {
            throw MeshError.Invalid("ModelInferRequest", e.Message).ToRpcException();
        }
    }

    private static void WriteResponse(InferResponse response, SerializationContext context)
    {
        using (response)
        {
            context.SetPayloadLength(InferResponseWriter.Size(response));
            InferResponseWriter.Write(response, context.GetBufferWriter());
            context.Complete();
        }
    }

    private static void WriteMessage<T>(T message, SerializationContext context)
        where T : IMessage
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    // A server neither writes requests nor reads responses.
    private static void Unused<T>(T message, SerializationContext context) => throw new NotSupportedException();

    private static T Unused<T>(DeserializationContext context) => throw new NotSupportedException();
}
