// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Validation.Readers;

/// <summary>Kernel threads that look up addresses and move prefixes. The module's command <c>readers</c> runs them.</summary>
public sealed class KernelReaders(ValidationContext context, ReaderInput input) : IReaders
{
    private readonly KernelUnderTest _kernel = context.Machine;

    /// <summary>Loads the table twice: into AllowedIPs, and as routes that name peers.</summary>
    public void Load()
    {
        _kernel.Traffic("wg reset");
        _kernel.Traffic($"wg mode {RouteMode.Peer.AgentWord()}");
        Configure(input.MakePeers.File, input.MakePeers.Operations.Length);
        Configure(input.Load.File, input.Load.Operations.Length);
        Send(input.Load.File, input.Load.Operations.Length);
    }

    public void Unload()
    {
        Send(input.Unload.File, input.Unload.Operations.Length);
        _kernel.Traffic("wg reset");
        _kernel.Barrier();
    }

    /// <summary>Gives keys and moves to the module. The module then finds the possible peers of each key.</summary>
    /// <returns>Three digests of answers: from AllowedIPs before the moves, from AllowedIPs after the moves, and from routes before the
    /// moves.</returns>
    public (ulong Before, ulong After, ulong Routes) Prepare(ReaderKeys keys)
    {
        _kernel.GiveKeys(keys.File);
        _kernel.GiveOperations(input.Churn.File, input.Churn.Operations.Length);
        var routes = _kernel.One($"module answers {Steps.Send} {(int)input.Family}").Hex("digest");
        var row = _kernel.One("module readers prepare");
        return (row.Hex("before"), row.Hex("after"), routes);
    }

    public ReaderSample Run(string? structure, int readers, bool writes)
    {
        var way = structure switch { null => "none", Names.AllowedIps => Steps.Destination.Name, _ => Steps.Send.Name };
        return Parse(_kernel.Rows($"module readers run {way} {readers} {(writes ? 1 : 0)} {context.Plan.ReaderMilliseconds}"), readers);
    }

    /// <summary>Reads the rows of a run. The first row has the length and the changes. Further rows have each reader's counts, and the
    /// reader's times octave by octave.</summary>
    /// <exception cref="FormatException">Thrown if a row of times is not readable, a reader's row is missing, or the number of times
    /// differs from the number of lookups.</exception>
    public static ReaderSample Parse(IReadOnlyList<Row> rows, int readers)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (times, lookups, none, wrong) = (new LogHistogram(), 0L, 0L, 0L);
        foreach (var row in rows.Skip(1))
        {
            if (row.Keys.Contains("octave"))
            {
                times.Add((int)row.Long("octave"), Counts(row));
                continue;
            }

            (lookups, none, wrong) = (lookups + row.Long("lookups"), none + row.Long("none"), wrong + row.Long("wrong"));
        }

        if (rows.Count(row => row.Keys.Contains("lookups")) != readers || times.Count != lookups || lookups == 0)
            throw new FormatException($"the module timed {times.Count} of {lookups} lookups of {readers} readers");
        var ns = rows[0].Long("ns");
        return new(times, ns / (double)rows[0].Long("cycles"), ns / 1e9, rows[0].Long("changes"), rows[0].Long("failed"), none, wrong);
    }

    private static long[] Counts(Row row)
    {
        try
        {
            return Array.ConvertAll(row["counts"].Split(','), count => long.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new FormatException($"the module answered with times that are not numbers: {row}", e);
        }
    }

    private void Configure(string file, int count) => _kernel.Traffic($"wg add {file} 0 {count} {ValidationPlan.MessageBytes}");

    private void Send(string file, int count)
    {
        var failed = _kernel.One($"route run {file} 0 {count} {RouteShape.Encap.AgentWord()} {RouteTableId.Main} {ValidationPlan.Batch}").Long("failed");
        if (failed != 0)
            throw new InvalidOperationException($"the kernel refused {failed} of {count} routes that name peers");
        _kernel.Barrier();
    }
}
