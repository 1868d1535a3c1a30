namespace Mesh.Trainer.Training;

/// <summary>A thread for one run. Torch's dispose scopes and its count of threads belong to the thread, so a run never changes it.</summary>
public static class TrainingThread
{
    /// <summary>Runs to its end on a new thread; the task completes elsewhere.</summary>
    public static Task<T> Run<T>(Func<T> run)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                completion.SetResult(run());
            }
            catch (Exception failure)
            {
                completion.SetException(failure);
            }
        })
        { IsBackground = true, Name = "training" }.Start();
        return completion.Task;
    }
}
