// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The error that a scheme does not bind the expected prefixes to the expected peers.</summary>
public sealed class BindingMismatchException(string message) : Exception(message);

/// <summary>
/// An expected binding, in both orders in which structures are walked. So one pass compares the expected binding with a scheme's binding.
/// In both orders, addresses ascend. Among prefixes with the same address, the first order begins with the shortest prefix. The second
/// order is the order of a route dump, which in IPv4 begins with the longest prefix.
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

    /// <summary>The binding by ascending address, and by ascending length for equal addresses. So a prefix comes before the prefixes that
    /// it contains.</summary>
    public KeyValuePair<Prefix, int>[] Sorted { get; }

    /// <summary>The binding in the order of a dump of routes (<see cref="RouteDump.CompareDumped"/>).</summary>
    public KeyValuePair<Prefix, int>[] AsDumped { get; }

    /// <summary>Compares the prefixes and peers of a scheme with this binding.</summary>
    /// <exception cref="BindingMismatchException">Thrown if a prefix or a peer of the scheme differs from this binding.</exception>
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
