// SPDX-License-Identifier: MIT
using Sim.Workloads.Synthesis;

namespace Sim.Workloads.Bgp;

/// <summary>Writes a table as the UPDATEs of eight speakers: the prefix at place i comes from speaker i modulo 8 (its own), and by a longer
/// path from the next speaker (the backup). The attributes are those of the best path in the table's dump, passed on by the speakers. A
/// prefix without a dump gets attributes that are drawn, as in a generated dump.
/// <code>
///   FOLDER/list            the prefixes in the order of their places, as text
///   FOLDER/tunnel/K.own    FOLDER/tunnel/K.backup      the UPDATEs of speaker K, from 1; see UpdateWriter
///   FOLDER/dummy/K.own     the same with the next hops behind a dummy device
/// </code></summary>
public sealed class TableUpdates
{
    /// <summary>How often a speaker puts its AS in front of the path, for its own prefixes and for a backup.</summary>
    private const int OwnTimes = 1, BackupTimes = 4;

    private const string Own = "own", Backup = "backup";

    private readonly Route[] _routes;
    private readonly Dictionary<Prefix, int> _places = [];
    private readonly bool[] _written;
    private readonly PassedAttributes _passed = new();
    private readonly MrtAttributes _drawn = new();
    private readonly ulong _seed;
    private UpdateWriter[] _own = [], _backup = [];

    /// <summary>Draws <paramref name="most"/> of the table's usable prefixes. The folder must exist.</summary>
    public TableUpdates(RouteTable table, int most, ulong seed, string folder)
    {
        (Family, _seed, Folder) = (table.Family, seed, folder);
        var usable = new RouteTable(table.Source, table.Family, Array.FindAll(table.Routes, route => SpeakerLab.IsUsable(route.Prefix)), table.NextHops);
        _routes = TableOrder.Sample(usable, most, seed).Routes;
        for (var i = 0; i < _routes.Length; i++)
            _places.Add(_routes[i].Prefix, i);
        _written = new bool[_routes.Length];
    }

    public Family Family { get; }
    public string Folder { get; }
    public int Prefixes => _routes.Length;

    /// <summary>The number of prefixes that have the attributes of the dump.</summary>
    public int WithAttributes { get; private set; }

    internal IReadOnlyList<Route> Routes => _routes;

    /// <summary>Returns the number of the speaker that has the prefix as its own, from 0; -1 if the table lacks the prefix.</summary>
    public int SpeakerOf(Prefix prefix) => _places.TryGetValue(prefix, out var place) ? place % SpeakerLab.Spokes : -1;

    /// <summary>Writes all files. <paramref name="dump"/> opens the table's dump as plain MRT, and is null if the table has none.</summary>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Write(Func<Stream>? dump, string name, BestPathRule rule, CancellationToken cancel)
    {
        using (var list = new StreamWriter(Path.Combine(Folder, "list")))
        {
            foreach (var route in _routes)
                list.WriteLine(route.Prefix.ToString());
        }

        try
        {
            (_own, _backup) = (Writers(Own), Writers(Backup));
            if (dump is not null)
                WriteDump(dump, name, rule);
            cancel.ThrowIfCancellationRequested();
            WithAttributes = _written.Count(written => written);
            for (var place = 0; place < _routes.Length; place++)
            {
                if (!_written[place])
                    WriteDrawn(place);
            }
        }
        finally
        {
            foreach (var writer in (UpdateWriter[])[.. _own, .. _backup])
                writer.Dispose();
        }
    }

    /// <summary>Makes a writer for each speaker, into the file K.<paramref name="kind"/> of the folders. No spoke fails behind the dummy device, so
    /// there are no backups.</summary>
    internal UpdateWriter[] Writers(string kind)
    {
        var hops = SpeakerLab.NextHops(Family).Where(hop => kind != Backup || hop.Folder == SpeakerLab.Tunnel).ToList();
        hops.ForEach(hop => Directory.CreateDirectory(Path.Combine(Folder, hop.Folder)));
        return [.. Enumerable.Range(0, SpeakerLab.Spokes).Select(spoke => new UpdateWriter(Family, hops.Select(hop =>
        {
            var file = new FileStream(Path.Combine(Folder, hop.Folder, $"{spoke + 1}.{kind}"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16);
            // The first spoke's address ends with 2, in the last byte of 4 or 16.
            return ((Stream)file, hop.First + ((UInt128)spoke << (128 - Family.Bits())));
        })) { IsTimed = kind == TraceUpdates.Kind })];
    }

    private void WriteDump(Func<Stream> open, string name, BestPathRule rule)
    {
        using var content = open();
        var reader = new MrtReader(content, name, new DamageLog()); // The table's own reading has logged all damage.
        var shows = new PeerValues<bool>(reader.Peers, (peer, index) => rule.Peer?.Matches(peer, index) != false);
        var best = new Best(this, rule, shows);
        var handler = new Reading(best);
        reader.Read(ref handler);
        best.Flush();
    }

    private void WriteDrawn(int place)
    {
        var (prefix, _, origin) = _routes[place];
        Draw(prefix, place % SpeakerLab.Spokes, origin);
        Write(place, _drawn.Bytes, wide: true);
    }

    private void Draw(Prefix prefix, int spoke, uint origin)
    {
        var peer = MadePeers.Make(prefix.Family, spoke);
        _drawn.Write(peer, MrtAttributes.GroupOf(prefix, origin), origin, peer.Address, variant: 0, _seed);
    }

    private void Write(int place, ReadOnlySpan<byte> attributes, bool wide)
    {
        var (prefix, spoke) = (_routes[place].Prefix, place % SpeakerLab.Spokes);
        foreach (var (writer, speaker, times) in new[] { (_own[spoke], spoke, OwnTimes), (_backup[(spoke + 1) % SpeakerLab.Spokes], (spoke + 1) % SpeakerLab.Spokes, BackupTimes) })
        {
            // Attributes that fill a whole message are replaced by drawn ones, which are short.
            if (!_passed.Write(attributes, wide, SpeakerLab.HubAs + 1 + (uint)speaker, times))
            {
                Draw(prefix, spoke, 0);
                _passed.Write(_drawn.Bytes, wide: true, SpeakerLab.HubAs + 1 + (uint)speaker, times);
            }

            writer.Announce(prefix, _passed.Bytes);
        }

        _written[place] = true;
    }

    /// <summary>Keeps the best entry of the prefix that is being read. A dump has all entries of a prefix together. If it has some of them
    /// elsewhere, the prefix is announced twice, and the later announcement replaces the earlier one.</summary>
    private sealed class Best(TableUpdates owner, BestPathRule rule, PeerValues<bool> shows)
    {
        private readonly byte[] _attributes = new byte[ushort.MaxValue];
        private Prefix _prefix;
        private int _place = -1, _length;
        private bool _wide;
        private UInt128 _rank;

        public void Offer(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            if (route.Prefix.Family != owner.Family || !shows[route.Peer])
                return;
            if (_place < 0 || route.Prefix != _prefix)
            {
                Flush();
                if (!owner._places.TryGetValue(route.Prefix, out _place))
                {
                    _place = -1;
                    return;
                }

                (_prefix, _rank) = (route.Prefix, UInt128.MaxValue);
            }

            if (rule.Rank(in route, in attributes) is var rank && rank >= _rank)
                return;
            (_rank, _wide, _length) = (rank, attributes.WideAs, attributes.Bytes.Length);
            attributes.Bytes.CopyTo(_attributes);
        }

        public void Flush()
        {
            if (_place >= 0)
                owner.Write(_place, _attributes.AsSpan(0, _length), _wide);
            _place = -1;
        }
    }

    /// <summary>Takes entries of dumps. What messages of the same file change is left to drawn attributes.</summary>
    private readonly struct Reading(Best best) : IMrtHandler
    {
        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes) => best.Offer(in route, in attributes);

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
        }

        public void StateChange(int peer, long time, int from, int to)
        {
        }
    }
}
