namespace Mesh.Transforms.Images;

/// <summary>A record on its way through the record stage: the image as far as it has come, and the label once known.</summary>
internal sealed class WorkingRecord(RawRecord source) : IDisposable
{
    private PixelBuffer image = PixelBuffer.Over(default, 0, 0, 0);

    public RawRecord Source => source;

    /// <summary>Empty until decoded. Setting it gives back the buffer before.</summary>
    public PixelBuffer Image
    {
        get => image;
        set
        {
            image.Dispose();
            image = value;
        }
    }

    public long Label { get; set; } = FittedPipeline.Unlabelled;

    public string? LabelName => string.IsNullOrEmpty(source.Label) ? null : source.Label;

    /// <summary>Writes the image as [channels, height, width].</summary>
    public void WritePlanes(Span<byte> destination)
    {
        var pixels = image.Pixels.Span;
        var (channels, size) = (image.Channels, image.Height * image.Width);
        if (channels == 1)
        {
            pixels.CopyTo(destination);
            return;
        }

        for (var channel = 0; channel < channels; channel++)
        {
            var plane = destination.Slice(channel * size, size);
            for (int i = 0, from = channel; i < plane.Length; i++, from += channels)
                plane[i] = pixels[from];
        }
    }

    public void Dispose() => image.Dispose();
}
