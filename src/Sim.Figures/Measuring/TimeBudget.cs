// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Divides the seconds that a run may take among its parts, while the run's clock goes on. Each part gets an even share of the
/// time left, and leaves unused time to later parts. One group of repetitions is always made, however long it takes:
/// <code>
///   |-- done --|-- this part --|-- other parts --|-- what cannot be shortened --|
///   0          now                                                              seconds
/// </code></summary>
public sealed class TimeBudget(double seconds, Func<double> clock)
{
    private int _parts;

    /// <summary>A budget without limit: each part makes as many groups as it may.</summary>
    public static TimeBudget Unlimited => new(double.PositiveInfinity, static () => 0);

    /// <summary>Seconds since the run began.</summary>
    public double Now => clock();

    /// <summary>Seconds of all later work that cannot be shortened.</summary>
    public double Later { get; set; }

    public void Expect(int parts) => _parts += parts;

    /// <summary>Begins the next part. The function that it returns takes the number of groups done, and tells whether another is
    /// expected to end within the part’s share.</summary>
    public Func<int, bool> Next(int most)
    {
        var start = clock();
        var share = (seconds - Later - start) / Math.Max(_parts, 1);
        _parts = Math.Max(_parts - 1, 0);
        return done =>
        {
            var spent = clock() - start;
            return done < most && spent + spent / done <= share;
        };
    }
}
