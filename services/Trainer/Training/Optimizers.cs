using Mesh.ModelGraph.Hyperparameters;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mesh.Trainer.Training;

/// <summary>Makes the optimizer that the hyperparameters name. Its learning rate is set before each step.</summary>
internal static class Optimizers
{
    public static OptimizerHelper Create(HyperparameterValues values, IReadOnlyList<Parameter> parameters)
    {
        var rate = values.Real("learning_rate");
        var decay = values.Real("weight_decay");
        return values.Choice("optimizer") switch
        {
            "adamw" => optim.AdamW(parameters, rate, weight_decay: decay),
            "adam" => optim.Adam(parameters, rate, weight_decay: decay),
            "sgd" => optim.SGD(parameters, rate, values.Real("momentum"), weight_decay: decay, nesterov: values.Real("momentum") > 0),
            var other => throw new ArgumentOutOfRangeException(nameof(values), other, "no such optimizer"),
        };
    }

    public static void SetLearningRate(OptimizerHelper optimizer, double rate)
    {
        foreach (var group in optimizer.ParamGroups) group.LearningRate = rate;
    }
}
