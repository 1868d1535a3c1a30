using Mesh.Preprocessing.Workers;
using Mesh.Specs;
using Mesh.Transforms;
using Xunit;

namespace Mesh.Preprocessing.Tests.Workers;

public class PipelineWorkerTests
{
    [Fact]
    public void What_no_further_attempt_could_mend_is_said_and_not_tried_again()
    {
        var wide = PipelineWorker.Explain(new PipelineSpecException("transforms.concat.inputs[1]", "comes to 1200000 numbers"))!;
        Assert.Equal(("PIPELINE_INVALID", false), (wide.Reason, wide.Retryable));
        Assert.Equal("The pipeline cannot be used with what it learned: transforms.concat.inputs[1] comes to 1200000 numbers.", wide.Message);

        var refused = PipelineWorker.Explain(new TransformException("resize", "a.png", "is too large"))!;
        Assert.Equal(("TRANSFORM_FAILED", "a.png: resize: is too large.", false), (refused.Reason, refused.Message, refused.Retryable));
        Assert.Null(PipelineWorker.Explain(new IOException("disk")));
    }
}
