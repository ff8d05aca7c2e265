// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;

namespace Sim.Fuzz.Mrt;

/// <summary>NLRI: path identifier(4, RFC 7911) length in bits(1) prefix, again and again.</summary>
internal static class NaiveNlri
{
    /// <summary>The prefix as text, host bits cleared.</summary>
    /// <exception cref="MalformedException">It is longer than an address of its family.</exception>
    public static string Text(bool v6, int bits, byte[] bytes)
    {
        if (bits > (v6 ? 128 : 32))
            throw new MalformedException("a prefix longer than an address");
        var address = new byte[v6 ? 16 : 4];
        for (var bit = 0; bit < bits; bit++)
            address[bit / 8] |= (byte)(bytes[bit / 8] & 0x80 >> bit % 8);
        return $"{new IPAddress(address)}/{bits}";
    }

    /// <summary>
    /// All prefixes of a field as <c>id|prefix</c>. A field that makes sense with path identifiers or without them, but not both,
    /// shows which the peer sends; see <see cref="NaiveSigns"/>.
    /// </summary>
    /// <exception cref="MalformedException">
    /// One of them is wrong, or comes twice (RFC 7606, 5.3); or the field makes sense only as what its record type says it is not, or in
    /// both ways, and the peer's other fields are what the record type says they are not. The field says nothing then.
    /// </exception>
    public static List<string> Read(byte[] field, bool v6, bool addPath, NaiveSigns signs)
    {
        var (asSaid, other) = (TryRead(field, v6, addPath), TryRead(field, v6, !addPath));
        if (field.Length == 0)
            return [];
        if (asSaid.IsSound != other.IsSound)
            signs.Show(v6, asSaid.IsSound ? addPath : !addPath);
        if (other.IsSound && (!asSaid.IsSound || signs.Only(v6, !addPath)))
            throw new MalformedException("it is what its record type is not");
        if (asSaid.Prefixes is null)
            throw new MalformedException("it makes no sense");
        if (asSaid.IsSound && other.IsSound && !signs.Only(v6, addPath))
        {
            var ids = (addPath ? asSaid : other).Prefixes!.Select(prefix => uint.Parse(prefix[..prefix.IndexOf('|', StringComparison.Ordinal)], CultureInfo.InvariantCulture));
            if (addPath == ids.Any(id => id > 0xFFFFFF))
                signs.Doubt(v6, addPath);
        }

        return asSaid.Prefixes;
    }

    private static (List<string>? Prefixes, bool IsSound) TryRead(byte[] field, bool v6, bool addPath)
    {
        try
        {
            return (Read(field, v6, addPath, out var hostBits), !hostBits);
        }
        catch (MalformedException)
        {
            return (null, false);
        }
    }

    private static List<string> Read(byte[] field, bool v6, bool addPath, out bool hostBits)
    {
        hostBits = false;
        var cursor = new Cursor(field);
        var prefixes = new List<string>();
        while (cursor.Left > 0)
        {
            var id = addPath ? cursor.U32() : 0;
            var bits = cursor.U8();
            var bytes = cursor.Take((bits + 7) / 8);
            prefixes.Add($"{id}|{Text(v6, bits, bytes)}");
            hostBits |= bits % 8 != 0 && (bytes[^1] & 0xFF >> bits % 8) != 0;
        }

        if (prefixes.Distinct().Count() != prefixes.Count)
            throw new MalformedException("a prefix comes twice");
        return prefixes;
    }
}

/// <summary>One UPDATE (RFC 4271, 4.3) and the peer that sent it.</summary>
internal sealed class NaiveUpdate(NaiveMrt reader, long record, string time)
{
    public string Peer { get; set; } = "";

    public uint PeerAs { get; set; }

    public uint LocalAs { get; set; }

    public string Head => $"{record}|{time}|{Peer}|{PeerAs}";

    /// <summary>
    /// Withdrawn prefixes, attributes, announced prefixes. All is parsed before anything is said (RFC 7606, 3 j): where one field
    /// of prefixes is wrong, the whole UPDATE says nothing.
    /// </summary>
    /// <exception cref="MalformedException">The session would be reset.</exception>
    public void Read(Cursor message, bool wide, bool addPath)
    {
        var withdrawn = message.Take(message.U16());
        var attributes = message.Take(message.U16());
        var read = NaiveAttributes.Read(attributes, wide, inRib: false, external: PeerAs != LocalAs);
        if (read.Resets)
            throw new MalformedException("an attribute is wrong");
        var signs = reader.Signs(this);
        var gone = NaiveNlri.Read(withdrawn, v6: false, addPath, signs);
        if (IsUnicast(read.Unreach, out var v6))
            gone.AddRange(NaiveNlri.Read(read.Unreach![3..], v6, addPath, signs));
        var come = NaiveNlri.Read(message.Rest(), v6: false, addPath, signs);
        var reached = IsUnicast(read.ReachFamily, out v6) ? NaiveNlri.Read(read.ReachNlri, v6, addPath, signs) : [];
        signs.Keep(record);
        if (come.Count + reached.Count > 0)
            read.Require(nextHop: come.Count > 0);
        if (read.Withdraws || read.Discarded)
            reader.Damaged.Add(record);
        // RFC 7606, 2: treat-as-withdraw takes back what the same attributes would have announced.
        foreach (var prefix in read.Withdraws ? [.. gone, .. come, .. reached] : gone)
            reader.Events.Add($"W|{Head}|{prefix}");
        if (read.Withdraws)
            return;
        foreach (var prefix in come)
            reader.Events.Add($"A|{Head}|{prefix}|0|{read.Describe(v6: false, inReach: false, inRib: false)}");
        foreach (var prefix in reached)
            reader.Events.Add($"A|{Head}|{prefix}|0|{read.Describe(v6, inReach: true, inRib: false)}");
    }

    /// <summary>Whether AFI(2) SAFI(1) are IPv4 or IPv6 unicast.</summary>
    private static bool IsUnicast(byte[]? family, out bool v6)
    {
        v6 = family is [0, 2, 1, ..];
        return family is [0, 1 or 2, 1, ..];
    }
}
