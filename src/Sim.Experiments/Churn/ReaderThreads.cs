// SPDX-License-Identifier: MIT
using System.Runtime.ExceptionServices;

namespace Sim.Experiments.Churn;

/// <summary>Threads that look up addresses in a scheme while the writer changes it. The writer starts these threads, gives them rounds, and
/// ends them.</summary>
public sealed class ReaderThreads : IDisposable
{
    private readonly Scheme _scheme;
    private readonly Reader[] _readers;
    private volatile ReaderRound? _round;
    private volatile bool _ended;
    private volatile Exception? _failure;

    public ReaderThreads(Scheme scheme, int count)
    {
        _scheme = scheme;
        _readers = new Reader[count];
        for (var i = 0; i < count; i++)
        {
            var reader = new Reader { Rcu = [.. scheme.Structures.Select(part => part.Structure.Memory.Rcu.AddReader())] };
            reader.Thread = new Thread(() => Run(reader)) { IsBackground = true, Name = $"reader {i + 1}" };
            _readers[i] = reader;
        }

        foreach (var reader in _readers)
            reader.Thread!.Start();
    }

    /// <summary>The number of readers, from 1 to 4: one less than the number of processors, because the writer needs a processor of its
    /// own.</summary>
    public static int Count => Math.Clamp(Environment.ProcessorCount - 1, 1, 4);

    /// <summary>Starts a round, and returns when every reader is looking up the round's probes.</summary>
    public void Begin(ReaderRound round)
    {
        _round = round;
        Await(reader => reader.In == round);
    }

    /// <summary>Ends the round and adds the readers' observations to <paramref name="sums"/>, indexed by
    /// <see cref="ProbeGroup"/>.</summary>
    /// <exception cref="BindingMismatchException">Thrown if a lookup was wrong although no update was under way.</exception>
    public void End(GroupTally[] sums)
    {
        _round = null;
        Await(static reader => reader.In is null);
        foreach (var reader in _readers)
        {
            for (var group = 0; group < sums.Length; group++)
                sums[group].Add(reader.Tally!.Groups[group]);
        }
    }

    public void Dispose()
    {
        _ended = true;
        _round = null;
        foreach (var reader in _readers)
            reader.Thread!.Join();
    }

    private void Await(Func<Reader, bool> ready)
    {
        foreach (var reader in _readers)
        {
            for (var spin = default(SpinWait); _failure is null && !ready(reader);)
                spin.SpinOnce(sleep1Threshold: -1);
        }

        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    private void Run(Reader reader)
    {
        try
        {
            for (var spin = default(SpinWait); !_ended;)
            {
                if (_round is not { } round)
                {
                    reader.QuiescentState();
                    spin.SpinOnce(sleep1Threshold: -1);
                    continue;
                }

                reader.Tally = new ReaderTally(_scheme, round);
                LookUp(reader, round, reader.Tally);
                reader.In = null;
                spin.Reset();
            }
        }
        catch (Exception failure)
        {
            // The writer rethrows the error, and does not wait for readers that have ended.
            _failure = failure;
        }
        finally
        {
            foreach (var registered in reader.Rcu)
                registered.Dispose();
        }
    }

    private void LookUp(Reader reader, ReaderRound round, ReaderTally tally)
    {
        var (probes, order) = (round.Probes, round.Order);
        reader.In = round;
        var start = Stopwatch.GetTimestamp();
        while (_round == round)
        {
            foreach (var at in order)
            {
                var from = round.State;
                var peer = _scheme.Transmit(probes[at].Address);
                reader.QuiescentState();
                var to = round.State;
                var end = Stopwatch.GetTimestamp();
                tally.See(at, peer, from, to, start, end);
                start = end;
            }
        }

        tally.End();
    }

    private sealed class Reader
    {
        private volatile ReaderRound? _in;

        public required RcuReader[] Rcu { get; init; }

        public Thread? Thread { get; set; }

        public ReaderTally? Tally { get; set; }

        public ReaderRound? In { get => _in; set => _in = value; }

        public void QuiescentState()
        {
            foreach (var registered in Rcu)
                registered.QuiescentState();
        }
    }
}
