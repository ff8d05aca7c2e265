// SPDX-License-Identifier: MIT
using System.IO.Compression;
using System.Text;
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Tests;

/// <summary>Tables for tests.</summary>
internal static class TestTables
{
    /// <summary>Random prefixes of a family, crowded into few addresses so that they nest and repeat.</summary>
    public static Gen<Prefix> Prefixes(Family family) =>
        from length in Gen.Int[0, family.Bits()]
        from crowded in Gen.Bool
        from high in Gen.ULong
        from low in Gen.ULong
        select new Prefix(
            family, crowded ? new UInt128(high & 0xF0F00000C0000000, low & 3) : new UInt128(high, low), length);

    public static Gen<Prefix[]> PrefixSets(Family family, int most) =>
        Prefixes(family).Array[0, most].Select(prefixes => prefixes.Distinct().ToArray());

    public static RouteTable Of(params string[] prefixes)
    {
        var routes = Array.ConvertAll(prefixes, text => new Route(Prefix.Parse(text), 0, 0));
        return new RouteTable("test", routes[0].Prefix.Family, routes, ["192.0.2.1"]);
    }

    public static RouteTable Read(string text, Family family, out DamageLog damage, out PrefixListCounts counts)
    {
        damage = new DamageLog();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return PrefixListReader.Read(stream, "test.txt", family, damage, out counts);
    }

    /// <summary>Prefix, next hop and origin AS of each route, as text.</summary>
    public static (string Prefix, string NextHop, uint OriginAs)[] Flatten(RouteTable table) =>
        Array.ConvertAll(table.Routes, route => (route.Prefix.ToString(), table.NextHops[route.NextHop], route.OriginAs));

    /// <summary>Both families' routes of a list, one a line as <see cref="PrefixListWriter"/> would write it with all fields.</summary>
    public static string[] ReadAll(string text, out DamageLog damage, out PrefixListCounts counts)
    {
        var v4 = Read(text, Family.IPv4, out damage, out counts);
        var v6 = Read(text, Family.IPv6, out _, out _);
        return [.. Flatten(v4).Concat(Flatten(v6)).Select(route => $"{route.Prefix} {route.NextHop} {route.OriginAs}")];
    }

    /// <summary>A full table as text, both families: <c>embedded</c>, or a gzipped one of the shared data.</summary>
    public static MemoryStream Text(string table)
    {
        var text = new MemoryStream();
        if (table == "embedded")
        {
            foreach (var family in Enum.GetValues<Family>())
                PrefixListWriter.WriteText(EmbeddedTable.Load(family), text);
        }
        else
        {
            using var gzip = new GZipStream(File.OpenRead(SharedData.File(table)), CompressionMode.Decompress);
            gzip.CopyTo(text);
        }

        text.Position = 0;
        return text;
    }
}
