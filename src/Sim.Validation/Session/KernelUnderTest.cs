// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// The agent's counts for one command: messages, bytes and system calls sent, the digest of the bytes, and the acknowledgements
/// received. The time of the calls ends with the last acknowledgement; under -icount it is in instructions.
/// </summary>
public sealed record KernelTraffic(long Messages, long Bytes, long Calls, ulong Digest, long Nanoseconds, long Acks);

/// <summary>A slab cache in /proc/slabinfo.</summary>
public sealed record SlabLine(string Name, long Active, long Objects, int Size, int PerSlab, int PagesPerSlab, long Slabs)
{
    public long Pages => Slabs * PagesPerSlab;
}

/// <summary>The kernel in the VM, with typed methods for the agent's commands.</summary>
public sealed class KernelUnderTest(Vm vm)
{
    public Vm Vm { get; } = vm;

    public Row Hello() => One("hello");

    /// <summary>Runs a command whose answer counts netlink messages.</summary>
    public KernelTraffic Traffic(string command) => Traffic(One(command));

    public static KernelTraffic Traffic(Row row) => new(
        row.Long("messages"), row.Long("bytes"), row.Long("calls"), row.Hex("digest"), row.Long("ns"), row.Long("acks"));

    public Row One(string command) => Vm.Command(command).One;

    public IReadOnlyList<Row> Rows(string command) => Vm.Command(command).Rows;

    /// <summary>Whether the measurement module is loaded. It walks structures, looks up and takes times inside the kernel.</summary>
    public bool HasModule { get; } = vm.Command("hello").One.Long("module") != 0;

    /// <summary>Waits until all deferred frees are done. Without the module it does nothing, and memory is not compared.</summary>
    public void Barrier()
    {
        if (HasModule)
            Vm.Command("module barrier");
    }

    public IReadOnlyDictionary<string, SlabLine> Slabs() => Rows("slabinfo").Select(row => new SlabLine(
        row["name"], row.Long("active"), row.Long("objects"), (int)row.Long("size"), (int)row.Long("per-slab"),
        (int)row.Long("pages-per-slab"), row.Long("slabs"))).GroupBy(line => line.Name, StringComparer.Ordinal)
        .ToDictionary(lines => lines.Key, lines => lines.First(), StringComparer.Ordinal);

    /// <summary>Returns the lines of a table in /proc/net/fib_triestat.</summary>
    public string TrieStat(uint table) => string.Concat(Rows($"triestat {table}").Select(row => row["line"].Replace('_', ' ') + "\n"));

    /// <summary>Gives keys to the module. Later answers and lookups use them.</summary>
    public void GiveKeys(string file) => Vm.Command($"keys {file}");

    /// <summary>Gives a part of a file's operations to the module.</summary>
    public void GiveOperations(string file, int count, int from = 0) => Vm.Command($"ops {file} {from} {count}");

    /// <summary>Times one pass over the first of the given keys, in ns (instructions under -icount) per key.</summary>
    public double TimeLookups(string structure, uint number, int count, bool dependent) =>
        One($"module lookup {structure} {number} {count} {(dependent ? 1 : 0)}").Long("ns") / (double)count;

    /// <summary>Times the operations of a file on a structure in the module, in ns (instructions under -icount) per operation.</summary>
    /// <exception cref="InvalidOperationException">The kernel refused an operation.</exception>
    public double TimeUpdates(string structure, string file, int count, int from = 0)
    {
        GiveOperations(file, count, from);
        var row = One($"module update {structure}");
        if (row.Long("failed") != 0)
            throw new InvalidOperationException($"the kernel refused {row.Long("failed")} of the updates in {file}");
        Barrier();
        return row.Long("ns") / (double)count;
    }

    /// <summary>Runs a module command whose answer is a time, in ns or instructions.</summary>
    public long Time(string command) => One($"module {command}").Long("ns");
}
