// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

public sealed class ConcurrencyTests
{
    /// <summary>
    /// A reader beside a writer that inflates and halves the nodes above and beside what is looked up, and frees the old ones:
    /// what is not touched is found at all times, and what moves belongs to one of the two it moves between.
    /// </summary>
    [Fact]
    public void A_lookup_beside_a_writer_finds_what_the_writer_does_not_touch()
    {
        const int fallback = 1;
        const int stable = 2;
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("0.0.0.0/0", peer: fallback));
        Assert.Equal(0, fib.Add("10.128.77.0/24", peer: stable));
        Assert.Equal(0, fib.Add("10.128.0.0/16", peer: 3));
        // The infos of both must outlive the moves: a lookup passes over a route whose info has just died, as in the kernel.
        Assert.Equal(0, fib.Add("10.200.0.0/24", peer: 3));
        Assert.Equal(0, fib.Add("10.200.1.0/24", peer: 4));
        var (wrong, lookups, done) = (0L, 0L, false);
        var registered = fib.Memory.Rcu.AddReader();
        var reader = new Thread(() =>
        {
            using var ends = registered;
            for (var i = 0u; !Volatile.Read(ref done) || i < 1000; i++)
            {
                if (Peer(fib.Table, 0x0A804D00 | (i & 255)) != stable)
                    wrong++;
                // Within the /16 that moves between 3 and 4, but outside of what comes and goes.
                if (Peer(fib.Table, 0x0A80FF00 | (i & 255)) is not (3 or 4))
                    wrong++;
                if (Peer(fib.Table, 0x0B000000 | (i * 0x9E3779B1 >> 8)) is not (fallback or 5))
                    wrong++;
                lookups++;
                registered.QuiescentState();
            }
        });
        reader.Start();
        var random = new Random(3);
        var present = new HashSet<Prefix>();
        for (var step = 0; step < 60_000; step++)
        {
            // Bursts of insertions and of deletions, so that nodes grow and shrink. Half lie beside the stable /24.
            var address = random.Next(2) == 0 ? 0x0A800000u | (uint)random.Next(0x4D) << 8 : 0x0B000000u | (uint)random.Next(1 << 16) << 8;
            var prefix = Prefix.OfV4(address, address < 0x0B000000 ? 24 : random.Next(20, 25));
            var insert = step / 2000 % 2 == 0;
            if (insert && present.Add(prefix))
                Assert.Equal(0, fib.Table.Insert(FibConfig.Add(prefix, 1, 5)));
            else if (!insert && present.Count > 0 && random.Next(2) == 0 && present.First() is var gone && present.Remove(gone))
                Assert.Equal(0, fib.Table.Delete(FibConfig.Delete(gone)));
            if (step % 16 == 0)
            {
                var move = FibConfig.Add(Prefix.Parse("10.128.0.0/16"), 1, 3 + step / 16 % 2);
                move.NlFlags = NlmFlags.Create | NlmFlags.Replace;
                Assert.Equal(0, fib.Table.Insert(move));
            }

            while (fib.Memory.Rcu.Pending > 0)
                fib.Memory.Rcu.GracePeriod();
        }

        Volatile.Write(ref done, true);
        reader.Join();
        Assert.True(lookups >= 1000, $"{lookups} lookups");
        Assert.Equal(0, wrong);
        TrieInvariants.Check(fib.Net);
    }

    private static int Peer(FibTable table, uint address)
    {
        var result = default(FibResult);
        return table.Lookup(address, ref result) == 0 ? result.Peer : -1;
    }
}
