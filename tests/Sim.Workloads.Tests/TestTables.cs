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

    /// <summary>A gzipped text of the shared data, uncompressed.</summary>
    public static MemoryStream SharedText(string path)
    {
        using var file = File.OpenRead(SharedData.File(path));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        var text = new MemoryStream();
        gzip.CopyTo(text);
        text.Position = 0;
        return text;
    }
}
