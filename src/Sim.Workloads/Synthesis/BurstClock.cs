// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>Draws times of events that come in bursts, as in a real trace. The method is a cascade from windows of 100 s down to windows of
/// 10 ms.
/// <code>
///   100 s  |            n events, n of a Poisson law whose mean is lognormal           |
///    10 s  |  0  | 4 | 61 | ...      each event into one of ten parts, by a Polya urn
///     1 s        ...                 and so on, down to 10 ms; there they are equally far apart, with jitter
/// </code>
/// The urn puts two events of a window into the same part with probability (a + 1) / (10 a + 1). <see cref="TraceStatistics.PairShares"/>
/// is this probability in the real trace, so counts in windows of every length vary as they do in the real trace. Memory: one byte per
/// event of a 100 s window. The clock makes no waves longer than 100 s, such as day and night.</summary>
internal sealed class BurstClock
{
    private const int Parts = 10, Levels = 4;

    private static readonly long[] s_lengths = [.. TraceStructure.WindowLengths];

    private readonly double[] _weights;
    private readonly double _mean, _sigma;
    private readonly long _end;
    private readonly int[,] _counts = new int[Levels, Parts];
    private readonly int[] _at = new int[Levels];
    private readonly long[] _begin = new long[Levels];
    private byte[] _drawn = new byte[1024];
    private Rng _rng;
    private long _next, _bin;
    private int _level = -1, _inBin, _taken;

    /// <summary>Makes a clock that draws times before <paramref name="end"/>, in microseconds, at an average rate above
    /// 0. The calibration gives the strength of the bursts. The same seed gives the same times.</summary>
    public BurstClock(TraceCalibration calibration, double perSecond, long end, ulong seed)
    {
        _weights = [.. calibration.PairShares.Select(WeightOf)];
        _mean = perSecond * s_lengths[0] / 1e6;
        _sigma = Math.Sqrt(Math.Log(1 + calibration.Variation));
        _end = end;
        _rng = Rng.Derive(seed, 0x636C6F636B);
    }

    /// <summary>Draws the next event's time in microseconds from 0. The time is never earlier than the previous event's time. Returns false
    /// at the end.</summary>
    public bool TryNext(out long time)
    {
        while (_taken == _inBin)
        {
            if (!NextBin())
            {
                time = 0;
                return false;
            }
        }

        time = _bin + (long)((_taken + _rng.NextDouble()) * s_lengths[Levels] / _inBin);
        _taken++;
        return time < _end;
    }

    /// <summary>Returns the urn's <c>a</c>, given the probability that two events share a part.</summary>
    private static double WeightOf(double pairShare)
    {
        const double even = 1.0 / Parts;
        return pairShare <= even + 1e-6 ? double.PositiveInfinity : Math.Max((1 - pairShare) / (Parts * pairShare - 1), 0);
    }

    /// <summary>Moves to the next 10 ms that contain an event. Returns false at the end.</summary>
    private bool NextBin()
    {
        for (;;)
        {
            if (_level < 0)
            {
                if (_next >= _end)
                    return false;
                Open(0, _next, Poisson(_mean * Math.Exp(_sigma * Normal() - _sigma * _sigma / 2)));
                _next += s_lengths[0];
            }

            if (++_at[_level] == Parts)
            {
                _level--;
                continue;
            }

            var count = _counts[_level, _at[_level]];
            if (count == 0)
                continue;
            var begin = _begin[_level] + _at[_level] * s_lengths[_level + 1];
            if (_level == Levels - 1)
            {
                (_bin, _inBin, _taken) = (begin, count, 0);
                return true;
            }

            Open(_level + 1, begin, count);
        }
    }

    /// <summary>Splits a window's events into its ten parts.</summary>
    private void Open(int level, long begin, int count)
    {
        (_level, _begin[level], _at[level]) = (level, begin, -1);
        for (var part = 0; part < Parts; part++)
            _counts[level, part] = 0;
        if (_drawn.Length < count)
            _drawn = new byte[count * 2];
        var weight = _weights[level];
        for (var i = 0; i < count; i++)
        {
            var ticket = i == 0 || double.IsInfinity(weight) ? -1 : _rng.NextDouble() * (Parts * weight + i);
            var part = ticket < 0 ? _rng.Below(Parts)
                : ticket < Parts * weight ? Math.Min((int)(ticket / weight), Parts - 1)
                : _drawn[Math.Min((int)(ticket - Parts * weight), i - 1)];
            _drawn[i] = (byte)part;
            _counts[level, part]++;
        }
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _rng.NextDouble())) * Math.Cos(2 * Math.PI * _rng.NextDouble());

    private int Poisson(double mean)
    {
        const double large = 50;
        if (mean > large)
            return (int)Math.Clamp(Math.Round(mean + Math.Sqrt(mean) * Normal()), 0, int.MaxValue / 4);
        var (left, count) = (Math.Exp(-mean), 0);
        for (var product = _rng.NextDouble(); product > left; product *= _rng.NextDouble())
            count++;
        return count;
    }
}
