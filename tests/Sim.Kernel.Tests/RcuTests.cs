// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Kernel.Tests;

public sealed unsafe class RcuTests
{
    [Fact]
    public void Without_readers_a_grace_period_frees_at_once_and_in_the_order_of_the_calls()
    {
        var (rcu, freed) = (new Rcu(), new Freed());
        rcu.Call(freed, 1, 0);
        rcu.Call(freed, 2, 0);
        rcu.Synchronize();
        Assert.Empty(freed.Objects);
        rcu.GracePeriod();
        Assert.Equal([1, 2], freed.Objects);
        Assert.Equal((2, 1, 0), (rcu.Calls, rcu.GracePeriods, rcu.Pending));
    }

    [Fact]
    public void A_grace_period_lasts_until_every_reader_has_been_quiescent_since_it_began()
    {
        var rcu = new Rcu();
        RcuReader[] readers = [rcu.AddReader(), rcu.AddReader()];
        var (quiescent, early) = (false, 0);
        var freed = new Freed { Before = () => early += Volatile.Read(ref quiescent) ? 0 : 1 };
        // One of them was quiescent before the period began: that is of no use.
        readers[0].QuiescentState();
        rcu.Call(freed, 1, 0);
        var before = rcu.Period;
        var writer = new Thread(rcu.GracePeriod);
        writer.Start();
        SpinWait.SpinUntil(() => rcu.Period != before);
        readers[1].QuiescentState();
        // A writer that waits for nobody, or for one of two, would have every chance to free by now.
        for (var turn = 0; turn < 10_000 && writer.IsAlive; turn++)
            Thread.Yield();
        Volatile.Write(ref quiescent, true);
        readers[0].QuiescentState();
        readers[1].QuiescentState();
        writer.Join();
        Assert.Equal([1], freed.Objects);
        Assert.Equal(0, early);
    }

    [Fact]
    public void A_reader_that_has_ended_holds_nobody_up_and_is_forgotten()
    {
        var (rcu, freed) = (new Rcu(), new Freed());
        var (gone, stays) = (rcu.AddReader(), rcu.AddReader());
        Assert.Equal(2, rcu.Readers);
        gone.Dispose();
        stays.Dispose();
        rcu.Call(freed, 1, 0);
        rcu.GracePeriod();
        Assert.Equal([1], freed.Objects);
        Assert.Equal(0, rcu.Readers);
    }

    [Fact]
    public void Callbacks_that_are_held_wait_for_the_first_grace_period_after()
    {
        var (rcu, freed) = (new Rcu { HoldsCallbacks = true }, new Freed());
        rcu.Call(freed, 1, 0);
        rcu.GracePeriod();
        rcu.Call(freed, 2, 0);
        rcu.GracePeriod();
        Assert.Empty(freed.Objects);
        Assert.Equal((2, 0), (rcu.Pending, rcu.GracePeriods));
        rcu.HoldsCallbacks = false;
        rcu.GracePeriod();
        Assert.Equal([1, 2], freed.Objects);
    }

    [Fact]
    public void What_a_reader_finds_is_not_freed_before_the_reader_is_quiescent()
    {
        const long alive = 0x5EED;
        using var memory = new KernelMemory();
        var cache = memory.CreateCache("made", 64);
        var poison = new Freed { Free = obj => { *(long*)obj = -1; cache.Free((void*)obj); } };
        long* Made()
        {
            var made = (long*)cache.Alloc();
            made[0] = made[1] = alive;
            return made;
        }

        var slot = (nint)Made();
        var registered = memory.Rcu.AddReader();
        var (ended, wrong, lookups) = (false, 0L, 0L);
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                var found = (long*)Volatile.Read(ref slot);
                for (var again = 0; again < 20; again++)
                {
                    if (Volatile.Read(ref found[0]) != alive || Volatile.Read(ref found[1]) != alive)
                        wrong++;
                }

                lookups++;
                registered.QuiescentState();
            }

            registered.Dispose();
        });
        reader.Start();
        for (var step = 0; step < 20_000 || Volatile.Read(ref lookups) < 100; step++)
        {
            var old = slot;
            Volatile.Write(ref slot, (nint)Made());
            memory.Rcu.Call(poison, old, 0);
            memory.Rcu.GracePeriod();
        }

        Volatile.Write(ref ended, true);
        reader.Join();
        Assert.Equal(0, wrong);
        Assert.Equal(1, cache.Objects);
    }

    private sealed class Freed : IRcuReclaimer
    {
        public List<nint> Objects { get; } = [];

        public Action? Before { get; init; }

        public Action<nint>? Free { get; init; }

        public void Reclaim(nint obj, int tag)
        {
            Before?.Invoke();
            Free?.Invoke(obj);
            Objects.Add(obj);
        }
    }
}
