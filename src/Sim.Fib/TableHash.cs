// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A routing table as its namespace knows it.</summary>
internal interface IRoutingTable : IDisposable
{
    uint Id { get; }
}

/// <summary>A namespace's tables by their ids: <c>fib_table_hash</c> of IPv4 and of IPv6.</summary>
internal sealed class TableHash<TTable>
    where TTable : class, IRoutingTable
{
    private const int Size = 256; // FIB_TABLE_HASHSZ, FIB6_TABLE_HASHSZ

    private readonly List<TTable>[] _buckets = new List<TTable>[Size];

    /// <summary>The tables in the kernel's order: by hash bucket, the newest of a bucket first.</summary>
    public IEnumerable<TTable> All => _buckets.Where(bucket => bucket != null).SelectMany(bucket => bucket);

    /// <summary><c>fib_get_table</c>, <c>fib6_get_table</c>; 0 is the main table.</summary>
    public TTable? Get(uint id)
    {
        if (id == 0)
            id = RouteTableId.Main;
        var bucket = _buckets[id % Size];
        if (bucket == null)
            return null;
        foreach (var table in bucket)
        {
            if (table.Id == id)
                return table;
        }

        return null;
    }

    /// <exception cref="ArgumentException">There is a table of this id.</exception>
    public void Add(TTable table)
    {
        if (Get(table.Id) != null)
            throw new ArgumentException($"table {table.Id} exists already", nameof(table));
        (_buckets[table.Id % Size] ??= []).Insert(0, table);
    }

    public void Remove(TTable table) => _buckets[table.Id % Size].Remove(table);
}
