// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>The reasons why a route or next hop of a list is not in the table, or why the table's entry differs from the list. The values
/// up to <see cref="Dead"/> set a whole route aside. If several values apply, the lowest value counts.</summary>
internal enum ListNote : byte
{
    None,
    OtherTable, // than the main one, or than the first that the list names for the family
    Tos, // for packets of one type of service
    Source, // for packets from one source
    NoPeer, // unreachable, blackhole, prohibit, throw, local, broadcast, multicast, anycast
    NotSelected, // a route of FRR without >
    Rejected, // a route of FRR that the kernel refused
    Dead, // all its next hops are dead
    DeadNextHop,
    FurtherNextHop,
    Named,
    HostBits,
}

/// <summary>The counts of a prefix list. <see cref="V4"/> and <see cref="V6"/> are the numbers of its routes, including
/// duplicates.</summary>
public sealed class PrefixListCounts
{
    private static readonly string[] s_notes =
    [
        "", "routes of other tables, not read", "routes for one tos, not read", "routes for one source, left out",
        "routes to no peer, left out", "routes not selected, not read", "routes rejected by the kernel", "routes with dead next hops only",
        "dead next hops, not used", "further next hops, not used", "routes with a name as next hop", "prefixes with host bits, masked",
    ];

    private readonly (long Count, string First)[] _notes = new (long, string)[s_notes.Length];

    /// <summary>The number of lines, including blank lines and comments.</summary>
    public long Lines { get; internal set; }

    public long V4 { get; internal set; }
    public long V6 { get; internal set; }

    /// <summary>The number of routes whose prefix occurred before, in the families read. Only the first route of a prefix is
    /// used.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>The number of routes set aside for any reason; <see cref="Notes"/> has a count for each reason.</summary>
    public long LeftOut => _notes.Take((int)ListNote.Dead + 1).Sum(note => note.Count);

    /// <summary>The number of next hops after the first next hop of a prefix. Only the first is used.</summary>
    public long FurtherNextHops => _notes[(int)ListNote.FurtherNextHop].Count;
    public long HostBits => _notes[(int)ListNote.HostBits].Count;

    /// <summary>The number of lines that the grammar does not know, or that are too long or cut off.</summary>
    public long Damaged { get; internal set; }

    /// <summary>The number of distinct prefixes of each family, if both families were counted.</summary>
    public int DistinctV4 { get; internal set; }
    public int DistinctV6 { get; internal set; }

    /// <summary>Whether the container was damaged, and the list ended there.</summary>
    public bool IsCut { get; internal set; }

    /// <summary>The reason why the text is refused as a whole: the format's name and what to use instead. The value is null if the text is
    /// not refused.</summary>
    public string? Refusal { get; internal set; }

    /// <summary>Whether a complete list holds no route at all, not even a route that was left out.</summary>
    public bool HasNothing => V4 + V6 + LeftOut == 0 && !IsCut;

    /// <summary>Returns the remarks that the reader of a figure should see. Each remark has its words, its count and its first place.
    /// Remarks with a count of zero are left out.</summary>
    public IEnumerable<(string What, long Count, string First)> Notes() =>
        _notes.Select((note, i) => (What: s_notes[i], note.Count, note.First)).Where(note => note.Count > 0);

    /// <summary>Counts a note. The first note of each kind also keeps the line and the word that explain the note.</summary>
    internal void Add(ListNote note, long count, long line, string word = "")
    {
        ref var entry = ref _notes[(int)note];
        if (entry.Count == 0 && count > 0)
            entry.First = $"first in line {line:N0}{(word.Length == 0 ? "" : $": {word}")}";
        entry.Count += count;
    }
}
