using Mesh.Trainer.Training;
using Xunit;

namespace Mesh.Trainer.Tests.Training;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Constant_is_the_peak() => Assert.Equal(0.1, new LearningRateSchedule("constant", 0.1, 0.3, 10).At(7));

    [Fact]
    public void Cosine_rises_straight_and_falls_by_a_cosine()
    {
        var schedule = new LearningRateSchedule("cosine", 0.8, 0.4, 10);
        // Four steps up: 1/4, 2/4, 3/4, 4/4 of 0.8. Then 0.4·(1 + cos(π·k/6)) for k = 0 … 5.
        double[] expected = [0.2, 0.4, 0.6, 0.8, 0.8, 0.4 * (1 + Math.Sqrt(3) / 2), 0.6, 0.4, 0.2, 0.4 * (1 - Math.Sqrt(3) / 2)];
        Equal(expected, schedule);
    }

    [Fact]
    public void Cosine_without_warm_up_starts_at_the_peak() =>
        Equal([1, 0.5 * (1 + Math.Sqrt(0.5)), 0.5, 0.5 * (1 - Math.Sqrt(0.5))], new LearningRateSchedule("cosine", 1, 0, 4));

    [Fact]
    public void One_cycle_is_that_of_torch()
    {
        // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=10, pct_start=0.5): 0.04 → 1 over steps 0–4,
        // then 1 → 0.04/10⁴ over steps 4–9, both by half a cosine.
        double Up(double t) => 1 + (0.04 - 1) / 2 * (1 + Math.Cos(Math.PI * t));
        double Down(double t) => 4e-6 + (1 - 4e-6) / 2 * (1 + Math.Cos(Math.PI * t));
        Equal([0.04, Up(0.25), 0.52, Up(0.75), 1, Down(0.2), Down(0.4), Down(0.6), Down(0.8), 4e-6], new LearningRateSchedule("one_cycle", 1, 0.5, 10));
    }

    [Theory]
    [InlineData("one_cycle")]
    [InlineData("cosine")]
    [InlineData("constant")]
    public void Every_step_of_any_run_has_a_rate_between_nothing_and_the_peak(string kind)
    {
        foreach (var total in new long[] { 1, 2, 3, 7, 1000 })
            foreach (var warmup in new[] { 0, 0.3, 0.9 })
                for (var step = 0L; step < total; step++)
                    Assert.InRange(new LearningRateSchedule(kind, 0.5, warmup, total).At(step), 1e-12, 0.5);
    }

    private static void Equal(double[] expected, LearningRateSchedule schedule)
    {
        for (var step = 0; step < expected.Length; step++) Assert.Equal(expected[step], schedule.At(step), 12);
    }
}
