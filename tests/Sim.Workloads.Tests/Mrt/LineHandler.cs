// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>What <c>bgpdump -m</c> prints of one entry, as far as both readers know it.</summary>
/// <param name="Kind">A, W, B or STATE.</param>
/// <param name="Time">Seconds, with microseconds behind a point in BGP4MP_ET records.</param>
/// <param name="What">The prefix; the states of a STATE line.</param>
internal sealed record Line(
    string Kind, string Time, string Peer, uint PeerAs, string What, string Path, string Origin, string NextHop, uint LocalPref, uint Med);

/// <summary>Hands on what a reader delivers, in the fields of <c>bgpdump -m</c>.</summary>
internal readonly struct LineHandler(MrtPeers peers, Action<Line> take) : IMrtHandler
{
    public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes) =>
        Add("B", in route, in attributes);

    public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes) =>
        Add("A", in route, in attributes);

    public void Withdraw(ref readonly MrtRoute route)
    {
        var peer = peers[route.Peer];
        take(new Line(
            "W", Time(route.Time), Address(peer.Family, peer.Address), peer.As, route.Prefix.ToString(), "", "", "", 0, 0));
    }

    public void StateChange(int peer, long time, int from, int to) =>
        take(new Line(
            "STATE", Time(time), Address(peers[peer].Family, peers[peer].Address), peers[peer].As, $"{from}|{to}", "", "", "", 0, 0));

    private void Add(string kind, ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        var peer = peers[route.Peer];
        take(new Line(
            kind,
            Time(route.Time),
            Address(peer.Family, peer.Address),
            peer.As,
            (route.PathId == 0 ? "" : $"{route.PathId}|") + route.Prefix,
            PathText(in attributes),
            attributes.Origin switch { 0 => "IGP", 1 => "EGP", _ => "INCOMPLETE" },
            attributes.HasNextHop ? Address(attributes.NextHopFamily, attributes.NextHop) : "",
            attributes.LocalPref,
            attributes.Med));
    }

    private static string Time(long micro) => $"{micro / 1_000_000}.{micro % 1_000_000:d6}";

    private static string Address(Family family, UInt128 address) => AddressText.Format(family, address);

    /// <summary>Segments as text: sequences bare, sets in braces, confederations in parentheses and brackets.</summary>
    private static string PathText(ref readonly PathAttributes attributes)
    {
        var path = Segments(attributes.AsPathBytes, attributes.WideAs);
        var wide = Segments(attributes.As4PathBytes, wide: true);
        var lead = path.Sum(Hops) - wide.Sum(Hops);
        if (wide.Count > 0 && lead >= 0)
        {
            var merged = new List<(int Type, uint[] Ases)>();
            foreach (var segment in path)
            {
                if (lead <= 0)
                    break;
                merged.Add(segment.Type == 2 ? (2, segment.Ases[..Math.Min(lead, segment.Ases.Length)]) : segment);
                lead -= Hops(segment);
            }

            path = [.. merged, .. wide];
        }

        return string.Join(' ', path.Select(Text));
    }

    private static int Hops((int Type, uint[] Ases) segment) => segment.Type switch { 2 => segment.Ases.Length, 1 => 1, _ => 0 };

    private static string Text((int Type, uint[] Ases) segment) => segment.Type switch
    {
        1 => "{" + string.Join(',', segment.Ases) + "}",
        3 => "(" + string.Join(' ', segment.Ases) + ")",
        4 => "[" + string.Join(',', segment.Ases) + "]",
        _ => string.Join(' ', segment.Ases),
    };

    private static List<(int Type, uint[] Ases)> Segments(ReadOnlySpan<byte> bytes, bool wide)
    {
        var segments = new List<(int, uint[])>();
        var size = wide ? 4 : 2;
        while (!bytes.IsEmpty)
        {
            var ases = new uint[bytes[1]];
            for (var at = 0; at < ases.Length; at++)
            {
                var from = bytes[(2 + at * size)..];
                ases[at] = wide ? BinaryPrimitives.ReadUInt32BigEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
            }

            segments.Add((bytes[0], ases));
            bytes = bytes[(2 + ases.Length * size)..];
        }

        return segments;
    }
}
