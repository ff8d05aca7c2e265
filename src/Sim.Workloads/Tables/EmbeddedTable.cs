// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Loads the real table that this assembly contains, so that every command works without a download. The table holds those
/// networks of the IPFire location database that have an origin AS (CC BY-SA 4.0; see datasets/README.md). Only prefixes are stored: origin
/// ASes are 0 and next hops come from <see cref="NextHopAssignment"/>.</summary>
public static class EmbeddedTable
{
    /// <summary>The name of the version file in <c>datasets/</c>, and of the resource made from it.</summary>
    internal const string VersionFile = "embedded.version";

    /// <summary>Loads the table of one family, sorted by (address, length).</summary>
    public static RouteTable Load(Family family) =>
        new(Source, family, NextHopAssignment.Assign(LoadPrefixes(family)), NextHopAssignment.Names(family));

    /// <summary>Loads the prefixes of one family, sorted by (address, length).</summary>
    public static Prefix[] LoadPrefixes(Family family) => EmbeddedTableCodec.Decode(Resource(FileName(family)), out _);

    /// <summary>The table's source and day, such as <c>embedded: libloc 2022-10-29</c>.</summary>
    public static string Source { get; } = "embedded: " + Encoding.UTF8.GetString(Resource(VersionFile)).Trim();

    /// <summary>Makes the three files of <c>datasets/</c> (two coded tables and the name) in a folder. The input is a list of prefixes of
    /// both families that <see cref="PrefixListReader"/> can read. The name is the source and its day, such as <c>libloc 2022-10-29</c>.
    /// Returns the lengths of the coded tables in bytes. <c>datasets/make-embedded.sh</c> calls this method.</summary>
    /// <exception cref="InvalidDataException">Thrown if the list has damaged lines, or lacks prefixes of one family.</exception>
    public static (int V4, int V6) Make(Stream list, string name, string folder)
    {
        using var copy = new MemoryStream();
        list.CopyTo(copy);
        File.WriteAllText(Path.Combine(folder, VersionFile), name + "\n");
        return (MakeOne(copy, name, folder, Family.IPv4), MakeOne(copy, name, folder, Family.IPv6));
    }

    internal static string FileName(Family family) => $"embedded-ipv{(int)family}.bin";

    private static int MakeOne(MemoryStream list, string name, string folder, Family family)
    {
        var damage = new DamageLog();
        list.Position = 0;
        var table = PrefixListReader.Read(list, name, family, damage, out _);
        if (damage.Count > 0)
            throw new InvalidDataException($"{damage.First[0]} ({damage.Count} such lines)");
        if (table.Routes.Length == 0)
            throw new InvalidDataException($"{name}: no IPv{(int)family} prefix");
        var coded = EmbeddedTableCodec.Encode(family, table.Routes.Select(route => route.Prefix));
        File.WriteAllBytes(Path.Combine(folder, FileName(family)), coded);
        return coded.Length;
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly was built without datasets/{name}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
