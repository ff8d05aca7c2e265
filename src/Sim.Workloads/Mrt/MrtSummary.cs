// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <summary>Counts the content of a file for <c>table info</c>. It reads all and remembers only the distinct prefixes.</summary>
public static class MrtSummary
{
    /// <summary>Counts a file. The parameters are those of <see cref="MrtReader"/>.</summary>
    /// <exception cref="IOException">The device fails.</exception>
    public static MrtCounts Read(Stream input, string name, DamageLog damage)
    {
        var reader = new MrtReader(input, name, damage);
        var handler = new Handler([]);
        reader.Read(ref handler);
        reader.Counts.PrefixesV6 = handler.Prefixes.Count(prefix => prefix.Family == Family.IPv6);
        reader.Counts.PrefixesV4 = handler.Prefixes.Count - reader.Counts.PrefixesV6;
        return reader.Counts;
    }

    private struct Handler(HashSet<Prefix> prefixes) : IMrtHandler
    {
        private long _record = -1;
        private Prefix _last;

        public readonly HashSet<Prefix> Prefixes => prefixes;

        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes) => Add(in route);

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes) => Add(in route);

        public void Withdraw(ref readonly MrtRoute route) => Add(in route);

        public readonly void StateChange(int peer, long time, int from, int to)
        {
        }

        private void Add(ref readonly MrtRoute route)
        {
            // The entries of a RIB record are all for one prefix.
            if (route.Record == _record && route.Prefix == _last)
                return;
            (_record, _last) = (route.Record, route.Prefix);
            prefixes.Add(route.Prefix);
        }
    }
}
