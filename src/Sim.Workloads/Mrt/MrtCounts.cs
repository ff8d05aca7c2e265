// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>The counts of a file: everything that was read, skipped or damaged.</summary>
public sealed class MrtCounts
{
    private readonly Dictionary<(ushort Type, ushort Subtype), long> _records = [];

    /// <summary>The number of complete records, including damaged ones.</summary>
    public long Records { get; internal set; }

    /// <summary>The number of records of each type and subtype. All subtypes of an unsupported type count as subtype 0.</summary>
    public IReadOnlyDictionary<(ushort Type, ushort Subtype), long> RecordsByType => _records;

    /// <summary>The number of records of types or subtypes that carry no unicast routes: deprecated, multicast, generic, unknown.</summary>
    public long SkippedRecords { get; internal set; }

    /// <summary>The number of RIB dump entries. An entry is one prefix from one peer.</summary>
    public long Entries { get; internal set; }

    public long Announcements { get; internal set; }
    public long Withdrawals { get; internal set; }
    public long StateChanges { get; internal set; }

    /// <summary>The number of distinct peers. Peers of a PEER_INDEX_TABLE count even if they have no entries.</summary>
    public int Peers { get; internal set; }

    /// <summary>The number of distinct prefixes, announced or withdrawn. Only <see cref="MrtSummary"/> counts distinct prefixes.</summary>
    public int PrefixesV4 { get; internal set; }
    public int PrefixesV6 { get; internal set; }

    /// <summary>The number of damaged places, including those of the container.</summary>
    public long Damage { get; internal set; }

    /// <summary>The length of the uncompressed content in bytes.</summary>
    public long Bytes { get; internal set; }

    internal void AddRecord(ushort type, ushort subtype)
    {
        Records++;
        // A type that is not read could have 65,536 subtypes, which are not worth a row each.
        if (type is not (MrtTypes.TableDump or MrtTypes.TableDumpV2 or MrtTypes.Bgp4mp or MrtTypes.Bgp4mpEt))
            subtype = 0;
        CollectionsMarshal.GetValueRefOrAddDefault(_records, (type, subtype), out _)++;
    }
}

/// <summary>Counts the content of a file for <c>table info</c>. Memory: a set of the distinct prefixes.</summary>
public static class MrtSummary
{
    /// <exception cref="IOException">Thrown if the device fails during a read.</exception>
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
        public readonly void StateChange(int peer, long time, int from, int to) { }

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
