// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// An update made step by step: every probe is looked up after each operation of the trie. The counts are exact and repeatable, unlike the
/// counts of reader threads.
/// <code>
///   REPLACE of a, b, c    -a  -b  -c  +a  +b  +c        between two operations is one step
///                            |   |   |   |   |
///   a answers             .  0   0   0   a   a          wrong for 3 steps; so are b and c
/// </code>
/// </summary>
public sealed class ReaderSteps
{
    private readonly Scheme _scheme;
    private readonly Probe[] _probes;
    private readonly int[] _none, _other;

    private ReaderSteps(Scheme scheme, Probe[] probes)
    {
        (_scheme, _probes) = (scheme, probes);
        (_none, _other) = (new int[probes.Length], new int[probes.Length]);
    }

    /// <summary>The number of trie operations in the update.</summary>
    public int Steps { get; private set; }

    /// <summary>Makes the update and undoes it. The number of steps is 0 if the scheme does not report its operations.</summary>
    /// <exception cref="BindingMismatchException">Thrown if a probe's answer is wrong before or after the update.</exception>
    public static ReaderSteps Count(Scheme scheme, ReaderUpdate update)
    {
        var steps = new ReaderSteps(scheme, update.Probes);
        steps.Require(probe => probe.Before, $"before {update.Operation}");
        update.Prepare(scheme);
        scheme.Binding.Stepped = steps.Look;
        try
        {
            update.Apply(scheme);
        }
        finally
        {
            scheme.Binding.Stepped = null;
        }

        steps.Require(probe => probe.After, $"after {update.Operation}");
        update.Restore(scheme);
        steps.Require(probe => probe.Before, $"after {update.Operation} was taken back");
        return steps;
    }

    public GroupSteps Of(ProbeGroup group)
    {
        var steps = Enumerable.Range(0, _probes.Length).Where(at => _probes[at].Group == group)
            .Select(at => (None: _none[at], Other: _other[at], Wrong: _none[at] + _other[at])).ToList();
        return steps.Count == 0 ? default
            : new(steps.Count, steps.Count(step => step.Wrong > 0), steps.Max(step => step.None), steps.Max(step => step.Other), steps.Max(step => step.Wrong));
    }

    private void Look()
    {
        Steps++;
        for (var at = 0; at < _probes.Length; at++)
        {
            var peer = _scheme.Transmit(_probes[at].Address);
            if (!_probes[at].Allows(peer))
                (peer < 0 ? _none : _other)[at]++;
        }
    }

    private void Require(Func<Probe, int> wanted, string when)
    {
        foreach (var probe in _probes)
        {
            var peer = _scheme.Transmit(probe.Address);
            if (peer != wanted(probe))
                throw new BindingMismatchException($"{_scheme.Name}, {when}: {probe.Prefix} leads to peer {peer} instead of {wanted(probe)}");
        }
    }
}

/// <summary>The results of one group: how many prefixes were probed, and how many had a wrong answer. None, Other and Wrong are maxima over
/// the prefixes: the number of steps without a peer, with a wrong peer, and the sum of both.</summary>
public readonly record struct GroupSteps(int Probed, int Hit, int None, int Other, int Wrong);
