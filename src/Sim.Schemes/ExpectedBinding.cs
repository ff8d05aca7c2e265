// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>A scheme does not bind what it has to.</summary>
public sealed class BindingMismatchException(string message) : Exception(message);

/// <summary>
/// A binding in the two orders in which structures are walked, so that a scheme's is compared prefix by prefix in one pass:
/// ascending addresses, and of equal addresses the shortest prefix first; and the order of a dump of routes, which in IPv4 has the
/// longest first.
/// </summary>
public sealed class ExpectedBinding
{
    public ExpectedBinding(IEnumerable<KeyValuePair<Prefix, int>> bindings)
    {
        Sorted = [.. bindings];
        Array.Sort(Sorted, static (left, right) => left.Key.CompareTo(right.Key));
        AsDumped = [.. Sorted];
        Array.Sort(AsDumped, static (left, right) => RouteDump.CompareDumped(left.Key, right.Key));
    }

    public int Count => Sorted.Length;

    /// <summary>Ascending addresses, of equal ones the shortest prefix first: what a prefix holds stands behind it.</summary>
    public KeyValuePair<Prefix, int>[] Sorted { get; }

    /// <summary>The order of a dump of routes (<see cref="RouteDump.CompareDumped"/>).</summary>
    public KeyValuePair<Prefix, int>[] AsDumped { get; }

    /// <summary>Compares all prefixes and peers.</summary>
    /// <exception cref="BindingMismatchException">Anything differs.</exception>
    public void Require(Scheme scheme, string when)
    {
        var expected = scheme.Binding.LongestFirst ? AsDumped : Sorted;
        var at = 0;
        scheme.Visit((prefix, peer) =>
        {
            if (at == expected.Length)
                throw new BindingMismatchException($"{scheme.Name}, {when}: {prefix} is bound to peer {peer}, and should not be");
            var (wanted, owner) = (expected[at].Key, expected[at].Value);
            if (prefix != wanted || peer != owner)
            {
                throw new BindingMismatchException(
                    $"{scheme.Name}, {when}: {prefix} is bound to peer {peer} where {wanted} should be bound to {owner}");
            }

            at++;
        });
        if (at != expected.Length)
            throw new BindingMismatchException($"{scheme.Name}, {when}: {expected[at].Key} is not bound, and should be to peer {expected[at].Value}");
    }
}
