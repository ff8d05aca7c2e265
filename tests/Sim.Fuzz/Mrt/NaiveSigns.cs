// SPDX-License-Identifier: MIT
namespace Sim.Fuzz.Mrt;

/// <summary>What the fields of prefixes of one peer show: whether it sends path identifiers (RFC 7911), for each family.</summary>
internal sealed class NaiveSigns
{
    private readonly HashSet<(bool V6, bool AddPath)> _shown = [];
    private readonly List<(bool V6, bool AddPath)> _ofUpdate = [];
    private readonly Dictionary<(bool V6, bool AddPath), long> _doubts = [];

    /// <summary>The records whose fields made sense in both ways when nothing decided, and that nothing has confirmed; the first of each way.</summary>
    public IEnumerable<long> Doubted => _doubts.Where(doubt => !Only(doubt.Key.V6, doubt.Key.AddPath)).Select(doubt => doubt.Value);

    public void Begin() => _ofUpdate.Clear();

    public void Show(bool v6, bool addPath) => _shown.Add((v6, addPath));

    /// <summary>Whether that is shown, and the contrary is not.</summary>
    public bool Only(bool v6, bool addPath) => _shown.Contains((v6, addPath)) && !_shown.Contains((v6, !addPath));

    public void Doubt(bool v6, bool addPath) => _ofUpdate.Add((v6, addPath));

    /// <summary>The UPDATE is used: its doubts count.</summary>
    public void Keep(long record)
    {
        foreach (var doubt in _ofUpdate)
            _doubts.TryAdd(doubt, record);
    }
}
