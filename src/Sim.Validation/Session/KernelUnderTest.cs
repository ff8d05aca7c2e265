// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// The agent's counts for one command: the messages and bytes sent, the system calls, the digest of the bytes, and the acknowledgements
/// received. The time ends with the last acknowledgement. Under -icount, the time is in instructions.
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

    public KernelTraffic Traffic(string command) => Traffic(One(command));

    public static KernelTraffic Traffic(Row row) => new(
        row.Long("messages"), row.Long("bytes"), row.Long("calls"), row.Hex("digest"), row.Long("ns"), row.Long("acks"));

    public Row One(string command) => Vm.Command(command).One;

    public IReadOnlyList<Row> Rows(string command) => Vm.Command(command).Rows;

    /// <summary>Whether the measurement module is loaded. The module walks structures, looks up addresses and measures times inside the
    /// kernel.</summary>
    public bool HasModule { get; } = vm.Command("hello").One.Long("module") != 0;

    /// <summary>Waits until all deferred frees are done. Without the module it does not wait, because memory is then not
    /// compared.</summary>
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

    /// <summary>Gives keys to the module. Later commands for answers and lookups use these keys.</summary>
    public void GiveKeys(string file) => Vm.Command($"keys {file}");

    public void GiveOperations(string file, int count, int from = 0) => Vm.Command($"ops {file} {from} {count}");

    /// <summary>Times one pass over the first <paramref name="count"/> keys. Returns ns per key (under -icount: instructions per
    /// key).</summary>
    public double TimeLookups(string structure, uint number, int count, bool dependent) =>
        One($"module lookup {structure} {number} {count} {(dependent ? 1 : 0)}").Long("ns") / (double)count;

    /// <summary>Lets the module run a file's operations on a structure. Returns ns per operation (under -icount: instructions per
    /// operation).</summary>
    /// <exception cref="InvalidOperationException">Thrown if the kernel refused an operation.</exception>
    public double TimeUpdates(string structure, string file, int count, int from = 0)
    {
        GiveOperations(file, count, from);
        var row = One($"module update {structure}");
        if (row.Long("failed") != 0)
            throw new InvalidOperationException($"the kernel refused {row.Long("failed")} of the updates in {file}");
        Barrier();
        return row.Long("ns") / (double)count;
    }

    /// <summary>Runs a module command that answers with a time. Returns the time in ns (under -icount: in instructions).</summary>
    public long Time(string command) => One($"module {command}").Long("ns");
}
