// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>
/// The route that is being read: of the line last taken, and of the lines below it that go on with it. One object serves
/// all routes of a list in succession, so that a line allocates nothing.
/// </summary>
internal sealed class ListRoute
{
    private readonly byte[] _nextHop = new byte[PrefixListReader.MaxNextHop];
    private readonly byte[] _device = new byte[ListWords.LongestDevice];
    private int _nextHopLength;
    private int _deviceLength;
    private int _nextHops;

    /// <summary>Where its line is, for messages.</summary>
    public (long Number, long Offset) Line { get; private set; }

    /// <summary>The destination.</summary>
    public Prefix Prefix { get; private set; }

    /// <summary>False for a <c>default</c> whose family nothing on its line tells.</summary>
    public bool HasFamily { get; private set; }

    /// <summary>Whether the address had bits beyond the prefix's length.</summary>
    public bool HostBits { get; private set; }

    /// <summary>The origin AS, 0 where not stated.</summary>
    public uint OriginAs { get; set; }

    /// <summary>Whether it leads to no peer (unreachable, local, multicast), or is for packets of one source only.</summary>
    public bool LeftOut { get; set; }

    /// <summary>Whether its next hop is settled: what lines below it say is counted and no more.</summary>
    public bool Settled { get; set; }

    /// <summary>Whether the next hop is a name.</summary>
    public bool IsNamed { get; set; }

    /// <summary>Whether the line says, in brackets, by which protocol the route came: BIRD's lines of attributes may follow.</summary>
    public bool HasProtocol { get; set; }

    /// <summary>Next hops after the first, and routes after the best: what the table has no place for.</summary>
    public int FurtherNextHops { get; private set; }

    /// <summary>The next hop as written, empty where none is stated.</summary>
    public ReadOnlySpan<byte> NextHop => _nextHop.AsSpan(0, _nextHopLength);

    public bool HasDevice => _deviceLength > 0;

    /// <summary>
    /// The device of a link-local next hop, which is unique on its link only (RFC 4007); empty for other next hops.
    /// </summary>
    public ReadOnlySpan<byte> Zone =>
        NextHop is [(byte)'f' or (byte)'F', (byte)'e' or (byte)'E', _, _, (byte)':', ..]
        && (NextHop[2] | 0x20) is '8' or '9' or 'a' or 'b' && !NextHop.Contains((byte)'%')
            ? _device.AsSpan(0, _deviceLength)
            : default;

    /// <summary>Forgets the route before.</summary>
    public void Begin(long number, long offset)
    {
        Line = (number, offset);
        (Prefix, HasFamily, HostBits, OriginAs, FurtherNextHops) = (default, false, false, 0, 0);
        (LeftOut, Settled, HasProtocol, IsNamed) = (false, false, false, false);
        (_nextHopLength, _deviceLength, _nextHops) = (0, 0, 0);
    }

    public void SetDestination(Prefix prefix, bool hostBits) => (Prefix, HasFamily, HostBits) = (prefix, true, hostBits);

    /// <summary>Makes a <c>default</c> the one of a family; the first word on it counts.</summary>
    public void GiveFamily(Family family)
    {
        if (!HasFamily)
            SetDestination(new Prefix(family, default, 0), hostBits: false);
    }

    /// <summary>Counts a next hop; only the first can be set.</summary>
    public void BeginNextHop()
    {
        if (Settled || _nextHops > 0)
            FurtherNextHops++;
        else
            _nextHops = 1;
    }

    /// <summary>Sets the next hop, if it is the first; false where it is too long.</summary>
    public bool SetNextHop(ReadOnlySpan<byte> word) => Set(word, _nextHop, ref _nextHopLength);

    /// <summary>Sets the next hop's device, if it is the first's; false where the word names none.</summary>
    public bool SetDevice(ReadOnlySpan<byte> word) => ListWords.IsDevice(word) && Set(word, _device, ref _deviceLength);

    private bool Set(ReadOnlySpan<byte> word, byte[] buffer, ref int length)
    {
        if (word.Length > buffer.Length)
            return false;
        if (Settled || FurtherNextHops > 0)
            return true;
        word.CopyTo(buffer);
        length = word.Length;
        return true;
    }
}
