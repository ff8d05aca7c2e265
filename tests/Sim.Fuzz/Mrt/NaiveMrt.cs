// SPDX-License-Identifier: MIT
using System.Net;

namespace Sim.Fuzz.Mrt;

/// <summary>
/// A second MRT reader, slow and plain, written from RFC 6396, 8050, 4271, 4760 and 7606 and sharing nothing with the one in
/// Sim.Workloads: each field is copied, each event is a line of text (see <see cref="MrtEvents"/>).
/// </summary>
internal sealed class NaiveMrt
{
    private const uint MaxRecord = 16 << 20;

    private readonly List<(byte[] Address, uint As)> _peers = [];
    private readonly Dictionary<(string, uint), NaiveSigns> _signs = [];
    private bool _hasTable;

    /// <summary>One line for each entry, announcement, withdrawal and change of state, in order.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The records in which something is wrong, from 1; one more than there are for damage after the last.</summary>
    public SortedSet<long> Damaged { get; } = [];

    /// <summary>
    /// Whether reading ended at NUL bytes in place of a record. What a reader makes of what follows is for it to decide.
    /// </summary>
    public bool EndsAtHole { get; private set; }

    public static NaiveMrt Read(byte[] file)
    {
        var reader = new NaiveMrt();
        reader.ReadRecords(new Cursor(file));
        reader.Damaged.UnionWith(reader._signs.Values.SelectMany(signs => signs.Doubted));
        return reader;
    }

    /// <summary>What is known of an UPDATE's peer.</summary>
    public NaiveSigns Signs(NaiveUpdate update)
    {
        if (!_signs.TryGetValue((update.Peer, update.PeerAs), out var signs))
            _signs[(update.Peer, update.PeerAs)] = signs = new NaiveSigns();
        signs.Begin();
        return signs;
    }

    /// <summary>RFC 6396, 2: time(4) type(2) subtype(2) length(4) body.</summary>
    private void ReadRecords(Cursor file)
    {
        var strange = false;
        for (long record = 1; file.Left > 0; record++)
        {
            // A record of time 0 and type 0, or of type 0 without content and with none behind it.
            var head = file.Peek(13);
            if (head.Take(6).All(value => value == 0) || (head.Length >= 12 && head.Skip(4).All(value => value == 0)))
            {
                Damaged.Add(record);
                EndsAtHole = true;
                return;
            }

            if (file.Left < 12)
            {
                Damaged.Add(record);
                return;
            }

            var (time, type, subtype, length) = (file.U32(), file.U16(), file.U16(), file.U32());
            var assigned = type is <= 13 or 16 or 17 or 32 or 33 or 48 or 49 or >= 64512;
            if (length > MaxRecord || length > file.Left || !assigned)
                Damaged.Add(record);
            if (length > MaxRecord || length > file.Left || (!assigned && (strange || record == 1)))
                return;
            strange = !assigned;
            var body = file.Take((int)length);
            // A hole that begins within the record: its end was never written.
            var next = file.Peek(12);
            if (body is [.., 0] && next.Length == 12 && next.All(value => value == 0))
                Damaged.Add(record);
            else
                ReadRecord(record, time, type, subtype, new Cursor(body));
        }
    }

    private void ReadRecord(long record, uint time, int type, int subtype, Cursor body)
    {
        try
        {
            switch (type)
            {
                case 12 when subtype is 1 or 2:
                    ReadTableDump(record, time, subtype == 2, body);
                    break;
                case 13 when subtype == 1:
                    ReadPeerTable(body);
                    break;
                case 13 when subtype is 2 or 4 or 8 or 10:
                    ReadRib(record, time, subtype is 4 or 10, subtype is 8 or 10, body);
                    break;
                case 16:
                    ReadBgp4mp(new NaiveUpdate(this, record, $"{time}.000000"), subtype, body);
                    break;
                case 17:
                    // RFC 6396, 3: the microseconds are the first field of the body.
                    var micro = body.U32();
                    if (micro >= 1_000_000)
                        Damaged.Add(record);
                    ReadBgp4mp(new NaiveUpdate(this, record, $"{time}.{(micro < 1_000_000 ? micro : 0):d6}"), subtype, body);
                    break;
            }
        }
        catch (MalformedException)
        {
            Damaged.Add(record);
        }
    }

    /// <summary>RFC 6396, 4.2: view(2) sequence(2) prefix length(1) status(1) originated(4) peer AS(2) attributes.</summary>
    private void ReadTableDump(long record, uint time, bool v6, Cursor body)
    {
        var width = v6 ? 16 : 4;
        body.Take(4);
        var address = body.Take(width);
        var prefix = NaiveNlri.Text(v6, body.U8(), address);
        body.U8();
        var originated = body.U32();
        var peer = body.Take(width);
        var peerAs = body.As(wide: false);
        var attributes = NaiveAttributes.Read(body.Take(body.U16()), wide: false, inRib: true, external: false);
        if (body.Left > 0)
            throw new MalformedException("bytes behind the attributes");
        AddEntry(record, time, (peer, peerAs), prefix, 0, originated, v6, attributes);
    }

    /// <summary>RFC 6396, 4.3.1: collector(4) name, count(2), each flags(1) BGP ID(4) address(4 or 16) AS(2 or 4).</summary>
    private void ReadPeerTable(Cursor body)
    {
        _hasTable = true;
        _peers.Clear();
        body.Take(4);
        body.Take(body.U16());
        for (var count = body.U16(); count > 0; count--)
        {
            var flags = body.U8();
            body.U32();
            _peers.Add((body.Take((flags & 1) != 0 ? 16 : 4), body.As(wide: (flags & 2) != 0)));
        }
    }

    /// <summary>
    /// RFC 6396, 4.3.2 and 4.3.4; RFC 8050, 4: sequence(4) prefix, count(2), each peer(2) originated(4) [path id(4)] attributes.
    /// An entry that is wrong inside its length is left out alone.
    /// </summary>
    private void ReadRib(long record, uint time, bool v6, bool addPath, Cursor body)
    {
        if (!_hasTable)
            throw new MalformedException("no PEER_INDEX_TABLE");
        body.U32();
        var bits = body.U8();
        var prefix = NaiveNlri.Text(v6, bits, body.Take((bits + 7) / 8));
        // All entries are parsed before anything is said: where one has a wrong length, none can be trusted.
        var entries = new List<(int Peer, uint Originated, uint PathId, byte[] Attributes)>();
        for (var count = body.U16(); count > 0; count--)
            entries.Add((body.U16(), body.U32(), addPath ? body.U32() : 0, body.Take(body.U16())));
        if (body.Left > 0)
            throw new MalformedException("bytes after the last entry");
        foreach (var (peer, originated, pathId, attributes) in entries)
        {
            if (peer >= _peers.Count)
            {
                Damaged.Add(record);
                continue;
            }

            var read = NaiveAttributes.Read(attributes, wide: true, inRib: true, external: false);
            AddEntry(record, time, _peers[peer], prefix, pathId, originated, v6, read);
        }
    }

    private void AddEntry(
        long record, uint time, (byte[] Address, uint As) peer, string prefix, uint pathId, uint originated, bool v6, NaiveAttributes read)
    {
        if (read.Withdraws || read.Resets || read.Discarded)
            Damaged.Add(record);
        if (!read.Withdraws && !read.Resets)
            Events.Add($"B|{record}|{time}.000000|{Text(peer.Address)}|{peer.As}|{pathId}|{prefix}|{originated}|{read.Describe(v6, inReach: false, inRib: true)}");
    }

    /// <summary>RFC 6396, 4.4: peer AS, local AS (2 or 4), interface(2), AFI(2), peer address, local address (4 or 16).</summary>
    private void ReadBgp4mp(NaiveUpdate update, int subtype, Cursor body)
    {
        if (subtype is 2 or 3 or > 11)
            return;
        var wide = subtype is 4 or 5 or 7 or 9 or 11;
        update.PeerAs = body.As(wide);
        update.LocalAs = body.As(wide);
        body.U16();
        var afi = body.U16();
        if (afi is not (1 or 2))
            throw new MalformedException("an unknown family");
        update.Peer = Text(body.Take(afi == 1 ? 4 : 16));
        body.Take(afi == 1 ? 4 : 16);
        if (subtype is 0 or 5)
        {
            var (from, to) = (body.U16(), body.U16());
            if (body.Left > 0 || from > 6 || to is 0 or > 6)
                throw new MalformedException("no states, or bytes behind them");
            Events.Add($"S|{update.Head}|{from}|{to}");
            return;
        }

        // RFC 4271, 4.1: marker(16) length(2) type(1).
        if (body.Take(16).Any(value => value != 0xFF))
            throw new MalformedException("no marker");
        var length = body.U16();
        if (length < 19 || length != body.Left + 18)
            throw new MalformedException("a message shorter than its header, or not as long as the record says");
        var message = new Cursor(body.Take(length - 18));
        if (message.U8() == 2)
            update.Read(message, wide, addPath: subtype >= 8);
    }

    public static string Text(byte[] address) => new IPAddress(address).ToString();
}
