using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.Trainer.Training;

/// <summary>The settings of training itself, the same for every architecture; see <see cref="TrainingPlan"/>.</summary>
public static class TrainingHyperparameters
{
    public static HyperparameterSpace Space { get; } = new(
        new IntegerParameter("epochs", 1, 100_000, 5, "Passes over the training samples."),
        new IntegerParameter("batch_size", 1, 65_536, 128, "Samples in a step, over all workers together.", Logarithmic: true),
        new ChoiceParameter("optimizer", ["adamw", "adam", "sgd"], "adamw", "How gradients become steps."),
        new RealParameter("learning_rate", 1e-7, 10, 0.003, "The highest learning rate of the schedule.", Logarithmic: true),
        new ChoiceParameter("schedule", ["one_cycle", "cosine", "constant"], "one_cycle", "How the learning rate goes over the run."),
        new RealParameter("warmup", 0, 0.9, 0.3, "Share of the steps in which the learning rate rises (one_cycle, cosine)."),
        new RealParameter("weight_decay", 0, 1, 0.01, "Pull of the weights towards zero; decoupled with adamw."),
        new RealParameter("momentum", 0, 0.999, 0.9, "Momentum, for sgd only."),
        new RealParameter("label_smoothing", 0, 0.9, 0, "Share of the target spread over all classes."),
        new RealParameter("max_grad_norm", 0, 1e6, 0, "Gradients longer than this are shortened to it; 0 leaves them."));
}
