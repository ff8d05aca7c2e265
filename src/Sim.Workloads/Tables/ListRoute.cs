// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>The route that is being read, from its first line and the lines that continue it. One object serves all routes of a list in
/// succession, so that a route of the table allocates no memory.</summary>
internal sealed class ListRoute
{
    private readonly byte[] _nextHop = new byte[PrefixListReader.MaxNextHop];
    private readonly byte[] _device = new byte[ListWords.LongestDevice];
    private int _nextHopLength, _deviceLength, _nextHops;
    private Hop _current;
    private bool _isProvisional, _isHeadDead;

    /// <summary>The maximum length of the reason why a route is set aside. A longer reason is left out.</summary>
    private const int MaxReason = 40;

    private enum Hop : byte { None, First, Further }

    /// <summary>The number and the offset of the route's first line, for messages.</summary>
    public (long Number, long Offset) Line { get; private set; }

    public Prefix Prefix { get; private set; }

    /// <summary>Whether the family is known. The family of a <c>default</c> is unknown if its line does not show the family.</summary>
    public bool HasFamily { get; private set; }
    public bool HostBits { get; private set; }

    /// <summary>The origin AS; 0 if the list does not state the origin AS.</summary>
    public uint OriginAs { get; set; }

    /// <summary>The reason why the route is not in the table; None if the route is in the table.</summary>
    public ListNote Aside { get; private set; }

    /// <summary>The words of the line that explain why the route is set aside, such as <c>table local</c>; may be empty.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Whether the next hop is final, so that next hops on further lines are only counted.</summary>
    public bool Settled { get; set; }

    public bool IsNamed { get; set; }

    /// <summary>Whether the line names the route's protocol in brackets, so that BIRD's attribute lines may follow.</summary>
    public bool HasProtocol { get; set; }

    /// <summary>Whether the route is from FRR's <c>show ip route</c>, whose continuation lines have their own form.</summary>
    public bool IsFrr { get; set; }

    /// <summary>The number of next hops that are not in use because they are dead or inactive.</summary>
    public int DeadNextHops { get; private set; }

    /// <summary>Whether the route has next hops, and all of them are dead.</summary>
    public bool IsDead => !HasNextHop && (DeadNextHops > 0 || _isHeadDead);

    /// <summary>The number of next hops after the first, plus the number of routes after the best. The table has no place for these next
    /// hops and routes.</summary>
    public int FurtherNextHops { get; private set; }

    /// <summary>The next hop as written; empty if the list states no next hop.</summary>
    public ReadOnlySpan<byte> NextHop => _nextHop.AsSpan(0, _nextHopLength);

    public bool HasDevice => _deviceLength > 0;

    /// <summary>Whether the route has a next hop or a device in use.</summary>
    public bool HasNextHop => _nextHops > 0 || HasDevice;

    /// <summary>The device of a link-local next hop, whose address is unique only on its link (RFC 4007); empty for other next
    /// hops.</summary>
    public ReadOnlySpan<byte> Zone =>
        NextHop is [(byte)'f' or (byte)'F', (byte)'e' or (byte)'E', _, _, (byte)':', ..]
        && (NextHop[2] | 0x20) is '8' or '9' or 'a' or 'b' && !NextHop.Contains((byte)'%')
            ? _device.AsSpan(0, _deviceLength)
            : default;

    public void Begin(long number, long offset)
    {
        Line = (number, offset);
        (Prefix, HasFamily, HostBits, OriginAs, FurtherNextHops) = (default, false, false, 0, 0);
        (Settled, HasProtocol, IsNamed, IsFrr) = (false, false, false, false);
        (Aside, Reason, DeadNextHops, _current) = (ListNote.None, "", 0, Hop.None);
        (_isProvisional, _isHeadDead) = (false, false);
        Forget();
    }

    /// <summary>Sets the route aside, unless the route is already set aside for a reason of higher precedence.</summary>
    public void SetAside(ListNote note, ReadOnlySpan<byte> keyword = default, ReadOnlySpan<byte> word = default)
    {
        if (Aside != ListNote.None && Aside <= note)
            return;
        var isShown = !word.IsEmpty && keyword.Length + 1 + word.Length <= MaxReason;
        (Aside, Reason) = (note, isShown ? $"{Encoding.ASCII.GetString(keyword)} {Encoding.ASCII.GetString(word)}" : "");
    }

    public void SetDestination(Prefix prefix, bool hostBits) => (Prefix, HasFamily, HostBits) = (prefix, true, hostBits);

    /// <summary>Gives a <c>default</c> its family. Only the first call counts.</summary>
    public void GiveFamily(Family family)
    {
        if (!HasFamily)
            SetDestination(new Prefix(family, default, 0), hostBits: false);
    }

    /// <summary>Counts a next hop. Only the first next hop can be set, and it replaces a provisional next hop.</summary>
    public void BeginNextHop()
    {
        if (_isProvisional)
            Forget();
        _isProvisional = false;
        _current = Settled || _nextHops > 0 ? Hop.Further : Hop.First;
        if (_current == Hop.Further)
            FurtherNextHops++;
        else
            _nextHops = 1;
    }

    /// <summary>Begins a provisional next hop, which counts only if no other next hop follows. FRR's recursive next hops are provisional,
    /// because the lines below list the next hops to which they resolve. Returns false if the route already has a next hop.</summary>
    public bool BeginProvisional()
    {
        if (Settled || _nextHops > 0)
            return false;
        BeginNextHop();
        _isProvisional = true;
        return true;
    }

    /// <summary>Removes the current next hop, because it is dead. If no next hop has begun, the whole route or its device is marked as
    /// dead.</summary>
    public void Die()
    {
        if (_current == Hop.Further)
        {
            FurtherNextHops--;
            DeadNextHops++;
        }
        else if (_current == Hop.First || (_nextHops == 0 && HasDevice))
        {
            Forget();
            DeadNextHops++;
        }
        else
        {
            _isHeadDead = true;
        }

        _current = Hop.None;
    }

    private void Forget() => (_nextHopLength, _deviceLength, _nextHops) = (0, 0, 0);

    /// <summary>Sets the next hop, if it is the route's first. Returns false if the word is too long.</summary>
    public bool SetNextHop(ReadOnlySpan<byte> word) => Set(word, _nextHop, ref _nextHopLength);

    /// <summary>Sets the device of the first next hop. Returns false if the word cannot name a device.</summary>
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
