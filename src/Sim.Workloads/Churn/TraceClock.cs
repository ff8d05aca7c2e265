// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Workloads.Churn;

/// <summary>Decides which times of a trace are credible and gives each event its time. Events keep the order of the
/// files, and the clock never goes back. The trace is read twice. The first reading surveys the times. After
/// <see cref="Settle"/>, the second reading gives the events their times.</summary>
/// <remarks><para>The survey cuts the times, in file order, into stretches. A time that differs from the previous time by more than a
/// second begins a new stretch. A chain is a selection of stretches in which time never goes back from one stretch to the next and never
/// jumps by more than a year. The chain with the most events is believed. So a minority of records may have arbitrary times anywhere in the
/// trace, and a pause of up to a year is accepted. If a stretch begins before the previous stretch ends (because a clock was set back), the
/// later stretch's events in the overlap do not count. Times before 1994, when BGP-4 was new, weigh almost nothing. So later times win even
/// if most clocks were never set.</para>
/// <para>A wrong time at the start or the end of a trace has records on one side only. No record on the other side contradicts the wrong
/// time, so the chain would include it. Therefore a few records at an end are set aside if two conditions hold: they are at least an hour
/// away from all other records, and the gap is at least as long as the time that the other records span. "A few" means at most
/// <see cref="FewRecords"/> records or one in a thousand, whichever is more, but never more than a tenth of the other records. A gap is
/// accepted as a pause if it has more records on both sides, or if it lies between two files.</para>
/// <para>The second reading believes a time if it lies in the chain's stretch at the event's place in the file, or between the two
/// stretches around this place. An event with any other time, or with a time more than a second before the previous event, is logged as
/// damage. Such an event counts as simultaneous with the previous event. Events before the first believed event count as simultaneous with
/// the first believed event. Times that go back by at most a second are common in archives, and are only counted.</para>
/// <para>Memory: at most <see cref="MostStretches"/> stretches. If there are more stretches, those outside the best chain so far are
/// dropped. Then the pause that begins a new stretch is doubled until the remaining stretches fit.</para></remarks>
internal sealed class TraceClock
{
    /// <summary>The maximum number of stretches kept. Choosing a chain takes time proportional to the square of this number.</summary>
    public const int MostStretches = 1024;

    /// <summary>The maximum number of records set aside at an end of a short trace because they are far from all others.</summary>
    public const int FewRecords = 3;

    private const long Second = 1_000_000, Hour = 3600 * Second, Year = 366 * 86_400 * Second, Earliest = 757_382_400 * Second;
    private const double WeightOfEarly = 1e-12;

    private List<Stretch> _stretches = [];
    private long _slack = Second, _most = long.MaxValue, _record = -1, _events;
    private bool _wentBack, _forgot, _settled;
    private int _files, _at;
    private (string Name, long Record) _logged;
    private string _file = "";
    private DamageLog? _damage;

    /// <summary>The time of the first believed event; 0 if there is no such event.</summary>
    public long First { get; private set; }

    public long Now { get; private set; }

    /// <summary>The number of believed times that are earlier than the previous event's time.</summary>
    public long OutOfOrder { get; private set; }

    public long SetAside { get; private set; }

    /// <summary>The longest time without an event, in microseconds.</summary>
    public long LongestPause { get; private set; }

    /// <summary>Whether every time is believed. If every time is believed, the first reading's times are final. <see cref="Settle"/> sets
    /// this value.</summary>
    public bool IsPlain { get; private set; }

    public static bool IsEarly(long time) => time < Earliest;

    public static string Text(long time) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(time).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Begins a file. The second reading logs the file's times that are not believed.</summary>
    public void Open(string name, DamageLog damage)
    {
        (_file, _damage) = (name, damage);
        (_files, _record) = (_files + 1, -1);
        if (_settled && _events == 0 && IsEarly(First) && _stretches.Count > 0)
            damage.Add(name, 0, 0, $"the trace's times are before 1994 ({Text(First)}): its clock was not set");
    }

    /// <summary>Returns the time of the next event in microseconds since 1970, given its record's time. The first reading returns the
    /// latest time so far, and the second reading returns the corrected time. The record number and the offset are for damage
    /// messages.</summary>
    public long At(long time, long record, long offset)
    {
        _events++;
        if (!_settled)
        {
            Survey(time, record);
            if (_events == 1)
                First = Now = time;
        }
        else if (!IsBelieved(time))
        {
            SetAside++;
            Log(time, record, offset);
            return Now;
        }

        if (time < Now)
        {
            OutOfOrder++;
            if (time >= Now - Second)
                return Now;
            if (_settled)
                Log(time, record, offset);
            _wentBack = true;
            return Now;
        }

        LongestPause = Math.Max(LongestPause, time - Now);
        return Now = time;
    }

    /// <summary>Ends the first reading and chooses the times to believe.</summary>
    public void Settle()
    {
        _settled = true;
        var surveyed = _stretches.Count;
        _stretches = WithoutLoneEnds(Chain());
        IsPlain = surveyed == 0 || _stretches.Count == surveyed && !_wentBack && !_forgot && !IsEarly(First);
        if (!IsPlain)
            First = _stretches[0].First;
    }

    /// <summary>Begins the second reading.</summary>
    public void Restart() => (Now, OutOfOrder, SetAside, LongestPause, _events, _at) = (First, 0, 0, 0, 0, 0);

    private void Survey(long time, long record)
    {
        // A record with a thousand prefixes is a thousand events with one time.
        var records = record == _record ? 0 : 1;
        _record = record;
        var now = new Stretch(_events, _events, time, time, time, 1) { Records = records, FirstFile = _files, LastFile = _files };
        if (_stretches.Count > 0 && Math.Abs(time - _stretches[^1].Highest) <= _slack)
        {
            _stretches[^1] = _stretches[^1].Join(now);
            return;
        }

        if (_stretches.Count == MostStretches)
            Condense();
        _stretches.Add(now);
    }

    private void Condense()
    {
        Merge();
        if (_stretches.Count > MostStretches / 2)
        {
            var before = _stretches.Count;
            _stretches = Chain();
            _forgot |= _stretches.Count < before;
        }

        for (Merge(); _stretches.Count > MostStretches / 2; Merge())
            _slack *= 2;
    }

    /// <summary>Joins neighbouring stretches that are at most <c>_slack</c> apart.</summary>
    private void Merge()
    {
        var kept = 0;
        for (var at = 1; at < _stretches.Count; at++)
        {
            var next = _stretches[at];
            if (Math.Abs(next.Lowest - _stretches[kept].Highest) > _slack)
                _stretches[++kept] = next;
            else
                _stretches[kept] = _stretches[kept].Join(next);
        }

        _stretches.RemoveRange(kept + 1, _stretches.Count - kept - 1);
    }

    /// <summary>Returns the heaviest chain. Of several equally heavy chains, the chain that ends at the earliest time is
    /// returned.</summary>
    private List<Stretch> Chain()
    {
        var (best, previous) = (new double[_stretches.Count], new int[_stretches.Count]);
        var end = -1;
        for (var at = 0; at < best.Length; at++)
        {
            (best[at], previous[at]) = (_stretches[at].Weight, -1);
            for (var before = at - 1; before >= 0; before--)
            {
                var gain = best[before] + _stretches[at].WeightAfter(_stretches[before]);
                if (gain > best[at])
                    (best[at], previous[at]) = (gain, before);
            }

            if (end < 0 || best[at] > best[end] || best[at] == best[end] && _stretches[at].Highest < _stretches[end].Highest)
                end = at;
        }

        var chain = new List<Stretch>();
        for (; end >= 0; end = previous[end])
            chain.Add(_stretches[end]);
        chain.Reverse();
        return chain;
    }

    /// <summary>Returns a chain without those records at its ends that are far from all others; see the remarks of the class.</summary>
    private List<Stretch> WithoutLoneEnds(List<Stretch> chain)
    {
        var all = chain.Sum(stretch => stretch.Records);
        var few = Math.Min(Math.Max(FewRecords, all / 1000), all / 11);
        var (from, to) = (0, chain.Count - 1);
        var before = 0L;
        for (var first = 0; first < chain.Count && before <= few; before += chain[first++].Records)
        {
            var after = 0L;
            for (var last = chain.Count - 1; last >= first && before + after <= few; after += chain[last--].Records)
            {
                var apart = Math.Max(Hour, chain[last].Highest - chain[first].Lowest);
                if (last - first < to - from && (first == 0 || IsLone(chain[first - 1], chain[first], apart))
                    && (last == chain.Count - 1 || IsLone(chain[last], chain[last + 1], apart)))
                {
                    (from, to) = (first, last);
                }
            }
        }

        if (to + 1 < chain.Count)
            _most = chain[to + 1].Lowest - 1;
        return chain[from..(to + 1)];
    }

    private static bool IsLone(in Stretch before, in Stretch after, long apart) =>
        before.LastFile == after.FirstFile && after.Lowest - before.Highest >= apart;

    private bool IsBelieved(long time)
    {
        while (_at + 1 < _stretches.Count && _stretches[_at + 1].FirstEvent <= _events)
            _at++;
        var here = _stretches[_at];
        if (_events < here.FirstEvent)
            return false;
        if (_events <= here.LastEvent)
            return time >= here.Lowest && time <= here.Highest;
        var most = _at + 1 < _stretches.Count ? _stretches[_at + 1].Lowest : Math.Min(here.Highest + Year, _most);
        return time >= here.Highest - Second && time <= most;
    }

    /// <summary>Logs a time that is not believed, at most once per record.</summary>
    private void Log(long time, long record, long offset)
    {
        if (_logged == (_file, record) && record != 0)
            return;
        _logged = (_file, record);
        _damage!.Add(_file, record, offset, $"its time, {Text(time)}, does not fit its neighbours: it counts as {Text(Now)}");
    }

    /// <summary>Consecutive events whose times are near each other. Events are numbered from 1 in the order of the files; events of dropped
    /// stretches may lie between the first and the last.</summary>
    private readonly record struct Stretch(long FirstEvent, long LastEvent, long First, long Lowest, long Highest, long Events)
    {
        public long Records { get; init; }

        /// <summary>The number of the file that holds the stretch's first event.</summary>
        public int FirstFile { get; init; }
        public int LastFile { get; init; }

        public double Weight => IsEarly(Highest) ? Events * WeightOfEarly : Events;

        public Stretch Join(in Stretch next) => this with
        {
            LastEvent = next.LastEvent, Lowest = Math.Min(Lowest, next.Lowest), Highest = Math.Max(Highest, next.Highest),
            Events = Events + next.Events, Records = Records + next.Records, LastFile = next.LastFile,
        };

        /// <summary>Returns the weight that this stretch adds to a chain that ends with <paramref name="before"/>; minus infinity if this
        /// stretch cannot follow <paramref name="before"/>.</summary>
        public double WeightAfter(in Stretch before)
        {
            if (Lowest - before.Highest > Year || Highest < before.Highest - Second)
                return double.NegativeInfinity;
            var overlap = before.Highest - Lowest;
            return overlap <= Second ? Weight : Weight * (1 - Math.Min(1, overlap / (double)Math.Max(Highest - Lowest, 1)));
        }
    }
}
