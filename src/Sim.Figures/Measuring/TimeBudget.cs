// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Divides the seconds that a run may take among its parts. When a part begins, it gets an equal share of the remaining time.
/// Later parts share the time that a part does not use. Each part makes at least one group of repetitions, however long the group takes:
/// <code>
///   |-- done --|-- this part --|-- other parts --|-- what cannot be shortened --|
///   0          now                                                              seconds
/// </code></summary>
public sealed class TimeBudget(double seconds, Func<double> clock)
{
    private int _parts;
    private double _beside;

    /// <summary>A budget without a limit: each part makes its maximum number of groups.</summary>
    public static TimeBudget Unlimited => new(double.PositiveInfinity, static () => 0);

    /// <summary>The seconds since the run began.</summary>
    public double Now => clock();

    /// <summary>The seconds of all later work that cannot be shortened.</summary>
    public double Later { get; set; }

    public void Expect(int parts) => _parts += parts;

    /// <summary>Does work for which the budget has no share. The budget grows by the time of this work.</summary>
    public void Beside(Action work)
    {
        var start = clock();
        work();
        _beside += clock() - start;
    }

    /// <summary>Begins the next part. The returned function takes the number of completed groups, and returns whether another group is
    /// expected to end within the part's share.</summary>
    public Func<int, bool> Next(int most)
    {
        var start = clock();
        var share = (seconds + _beside - Later - start) / Math.Max(_parts, 1);
        _parts = Math.Max(_parts - 1, 0);
        return done =>
        {
            var spent = clock() - start;
            return done < most && spent + spent / done <= share;
        };
    }
}
