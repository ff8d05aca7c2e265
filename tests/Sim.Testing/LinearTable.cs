// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Testing;

/// <summary>
/// The model that every structure is held to: a plain dictionary of prefixes, searched from end to end.
/// </summary>
public sealed class LinearTable<TValue>
    where TValue : struct
{
    private readonly Dictionary<Prefix, TValue> _routes = [];

    public IReadOnlyDictionary<Prefix, TValue> Routes => _routes;

    public void Set(Prefix prefix, TValue value) => _routes[prefix] = value;

    public bool Remove(Prefix prefix) => _routes.Remove(prefix);

    /// <summary>Removes every prefix with this value; returns how many there were.</summary>
    public int RemoveWhere(Func<TValue, bool> match)
    {
        var doomed = _routes.Where(route => match(route.Value)).Select(route => route.Key).ToList();
        doomed.ForEach(prefix => _routes.Remove(prefix));
        return doomed.Count;
    }

    /// <summary>The value of the longest prefix that contains the left-aligned address, or null.</summary>
    public TValue? Lookup(Family family, UInt128 address)
    {
        TValue? best = null;
        var length = -1;
        foreach (var (prefix, value) in _routes)
        {
            if (prefix.Family == family && prefix.Length > length && prefix.Contains(address))
                (best, length) = (value, prefix.Length);
        }

        return best;
    }
}
