// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>The context that decides how attributes are read. Wide: AS_PATH has AS numbers of 4 bytes. InRib: the attributes belong to a
/// RIB entry, in which MP_REACH_NLRI may be short (RFC 6396, 4.3.4). External: an external peer sent the attributes.</summary>
internal readonly record struct AttributeSource(bool Wide, bool InRib, bool External);

/// <summary>The path attributes of one entry or UPDATE (RFC 4271, 4.3; RFC 4760), read in place: the spans point into the reader's buffer.
/// Every known attribute is checked against its <see cref="AttributeRule"/>. Attributes that best-path selection does not need
/// (communities, aggregator, ...) are only checked.
/// <code>
///   flags(1) type(1) length(1, or 2 where flag 0x10 is set) value | flags type length value | ...
/// </code></summary>
public ref struct PathAttributes
{
    /// <summary>The value of <see cref="Origin"/> if the attribute is absent. An absent ORIGIN ranks behind all other values.</summary>
    public const byte NoOrigin = 255;

    private const byte ExtendedLength = 0x10;
    private const ushort AsTrans = 23456;

    /// <summary>The ORIGIN attribute: 0 IGP, 1 EGP, 2 INCOMPLETE.</summary>
    public byte Origin;

    public bool HasMed, HasLocalPref;

    /// <summary>Whether there is a next hop. <c>0.0.0.0</c> and <c>::</c>, which dumps give to a router's own routes, do not
    /// count.</summary>
    public bool HasNextHop;

    /// <summary>The family of <see cref="NextHop"/>, which may differ from the prefix's family (RFC 8950).</summary>
    public Family NextHopFamily;

    /// <summary>MULTI_EXIT_DISC; 0 if absent.</summary>
    public uint Med;

    /// <summary>LOCAL_PREF; 0 if absent.</summary>
    public uint LocalPref;

    /// <summary>The length and the first and last AS of the path, after AS4_PATH is merged in.</summary>
    public AsPathFacts Path;

    /// <summary>The next hop of the prefix that the handler currently receives, left-aligned. A second, link-local address is left
    /// out.</summary>
    public UInt128 NextHop;

    /// <summary>The bytes of AS_PATH. AS numbers have 4 bytes if <see cref="WideAs"/> is true, else 2.</summary>
    public ReadOnlySpan<byte> AsPathBytes;

    /// <summary>The bytes of AS4_PATH; empty if it is absent or must be ignored.</summary>
    public ReadOnlySpan<byte> As4PathBytes;

    public bool WideAs;

    /// <summary>All attributes as they were received, with those that are not read.</summary>
    public ReadOnlySpan<byte> Bytes;

    internal MpReach Reach;
    internal ReadOnlySpan<byte> Unreach;
    internal bool HasUnreach;

    /// <summary>The most severe error (RFC 7606, 3 h). Of several equally severe errors, it is the first.</summary>
    internal Fault Fault;

    private byte _wrongType;
    private string _wrong;
    private AsPathFacts _as4Path;
    private bool _disowned, _hasAs4Aggregator;
    private ulong _present;

    /// <summary>Reads all attributes, or only those before an error that hides the rest. <see cref="Fault"/> says whether the attributes
    /// are sound.</summary>
    internal static void Read(ReadOnlySpan<byte> bytes, AttributeSource source, out PathAttributes read)
    {
        read = default;
        read.Origin = NoOrigin;
        read.WideAs = source.Wide;
        read.Bytes = bytes;
        var seen = default(TypeSet);
        while (!bytes.IsEmpty)
        {
            if (!TryTake(ref bytes, out var flags, out var type, out var value))
            {
                // RFC 7606, 4. The rest cannot be found; the NLRI field begins where the attributes' total length says.
                read.Note(Fault.Withdraw, 0, "a path attribute runs past the end of the attributes");
                break;
            }

            if (seen.Add(type))
                read.Take(flags, type, value, source);
            else
                read.Note(type is AttributeRule.MpReach or AttributeRule.MpUnreach ? Fault.Reset : Fault.Discard, type, "comes twice"); // 3 g
        }

        read._present = seen[0];
        read.MergePaths();
    }

    /// <summary>Notes which mandatory attributes an announcement lacks (RFC 7606, 3 d). NEXT_HOP is mandatory for the
    /// NLRI field, but not for MP_REACH_NLRI.</summary>
    internal void RequireMandatory(bool nextHop)
    {
        foreach (var type in (ReadOnlySpan<byte>)[AttributeRule.Origin, AttributeRule.AsPath, AttributeRule.NextHop])
        {
            if ((_present & 1UL << type) == 0 && (nextHop || type != AttributeRule.NextHop))
                Note(Fault.Withdraw, type, "is missing");
        }
    }

    internal readonly string Complaint(string withdrawn)
    {
        var name = _wrongType == 0 ? "" : $"{AttributeRule.NameOf(_wrongType)} ";
        var consequence = Fault switch { Fault.Discard => "the attribute is ignored", Fault.Withdraw => withdrawn, _ => "nothing of it is used" };
        return $"{name}{_wrong}: {consequence}";
    }

    /// <summary>Gives the handler the next hop of MP_REACH_NLRI. MP_REACH_NLRI takes precedence over NEXT_HOP (RFC 4760, 3).</summary>
    internal void UseReachNextHop() => (HasNextHop, NextHop, NextHopFamily) = (Reach.HasNextHop, Reach.NextHop, Reach.NextHopFamily);

    /// <summary>Takes the first attribute off the bytes. Returns false if it runs past their end.</summary>
    internal static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, out byte flags, out byte type, out ReadOnlySpan<byte> value)
    {
        (flags, type) = (0, 0);
        value = default;
        if (bytes.Length < 3)
            return false;
        (flags, type) = (bytes[0], bytes[1]);
        int length = bytes[2];
        var header = 3;
        if ((flags & ExtendedLength) != 0)
        {
            if (bytes.Length < 4)
                return false;
            length = length << 8 | bytes[3];
            header = 4;
        }

        if (length > bytes.Length - header)
            return false;
        value = bytes.Slice(header, length);
        bytes = bytes[(header + length)..];
        return true;
    }

    private void Note(Fault fault, byte type, string wrong)
    {
        if (fault > Fault)
            (Fault, _wrongType, _wrong) = (fault, type, wrong);
    }

    private void Take(byte flags, byte type, ReadOnlySpan<byte> value, AttributeSource source)
    {
        ref readonly var rule = ref AttributeRule.Of(type);
        if (rule.Fault == Fault.None)
        {
            // RFC 4271, 6.3: a well-known attribute that is not recognized. Others are passed on as they are.
            if ((flags & AttributeRule.Optional) == 0)
                Note(Fault.Reset, type, "is said to be well-known, and is not");
            return;
        }

        var fault = rule.Internal && source.External ? Fault.Discard : rule.Fault;
        if ((flags & (AttributeRule.Optional | AttributeRule.Transitive)) != rule.Flags)
            Note(fault, type, "has wrong flags");
        else if (!rule.Fits(value.Length) || type == AttributeRule.Aggregator && value.Length != (source.Wide ? 8 : 6))
            Note(fault, type, "has a wrong length");
        else if (!TakeValue(type, value, source.InRib))
            Note(fault, type, "is malformed");
    }

    /// <summary>Takes an attribute whose flags and length are right. Returns false if its value is malformed.</summary>
    private bool TakeValue(byte type, ReadOnlySpan<byte> value, bool inRib)
    {
        switch (type)
        {
            case AttributeRule.Origin:
                Origin = value[0] <= 2 ? value[0] : NoOrigin;
                return value[0] <= 2;
            case AttributeRule.AsPath:
                AsPathBytes = value;
                return AsPath.TryRead(value, WideAs, out Path);
            case AttributeRule.NextHop:
                NextHop = (UInt128)BinaryPrimitives.ReadUInt32BigEndian(value) << 96;
                (HasNextHop, NextHopFamily) = (NextHop != 0, Family.IPv4);
                return true;
            case AttributeRule.Med:
                Med = BinaryPrimitives.ReadUInt32BigEndian(value);
                return HasMed = true;
            case AttributeRule.LocalPref:
                LocalPref = BinaryPrimitives.ReadUInt32BigEndian(value);
                return HasLocalPref = true;
            case AttributeRule.Aggregator:
                _disowned = value.Length == 6 && BinaryPrimitives.ReadUInt16BigEndian(value) != AsTrans;
                return true;
            case AttributeRule.As4Aggregator:
                return _hasAs4Aggregator = true;
            case AttributeRule.MpReach:
                return MpReach.TryRead(value, inRib, out Reach);
            case AttributeRule.MpUnreach:
                Unreach = value;
                return HasUnreach = true;
            case AttributeRule.As4Path:
                if (!AsPath.TryRead(value, wide: true, out _as4Path))
                    return false;
                As4PathBytes = value;
                return true;
            default:
                return true;
        }
    }

    /// <summary>Lets AS4_PATH replace the end of AS_PATH. RFC 6793 ignores AS4_PATH in two cases. Either AS_PATH already has AS numbers of
    /// 4 bytes (4.1), or the AGGREGATOR's AS is not AS_TRANS. An AGGREGATOR without AS_TRANS was set by a speaker that does not support
    /// AS4_PATH (4.2.3).</summary>
    private void MergePaths()
    {
        if (WideAs || _disowned && _hasAs4Aggregator)
            As4PathBytes = default;
        if (!As4PathBytes.IsEmpty)
            Path = AsPath.Merge(Path, _as4Path);
    }

    [InlineArray(4)]
    private struct TypeSet
    {
        private ulong _word;

        /// <summary>Adds an attribute type. Returns false if the type is already in the set.</summary>
        public bool Add(byte type)
        {
            ref var word = ref this[type >> 6];
            var before = word;
            word |= 1UL << type;
            return word != before;
        }
    }
}
