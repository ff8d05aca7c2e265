// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>
/// The tables that a list's titles name. Of each family the table with its first route is read; routes below the title of
/// another one are not that table's.
/// </summary>
internal sealed class ListTables
{
    private byte[] _current = [];
    private byte[]? _firstV4;
    private byte[]? _firstV6;

    /// <summary>The name of the table whose routes are being read; empty before the first title.</summary>
    public ReadOnlySpan<byte> Current => _current;

    /// <summary>Takes a title.</summary>
    public void Begin(ReadOnlySpan<byte> name)
    {
        if (!name.SequenceEqual(_current))
            _current = name.ToArray();
    }

    /// <summary>Returns whether the table is the one read for a family: the first with a route of it.</summary>
    public bool IsFirst(Family family)
    {
        ref var first = ref family == Family.IPv4 ? ref _firstV4 : ref _firstV6;
        first ??= _current;
        return ReferenceEquals(first, _current) || first.AsSpan().SequenceEqual(_current);
    }
}
