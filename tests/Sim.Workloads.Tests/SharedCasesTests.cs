// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Churn;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Sim.Workloads.Tests.Churn;
using Sim.Workloads.Tests.Input;
using Xunit;

namespace Sim.Workloads.Tests;

/// <summary>
/// Reads the files of the shared folder of cases and holds them to what its README calls right. The tests beside this one make
/// such inputs themselves; these files may not be in the repository, and one test skips where they are missing.
/// </summary>
public sealed class SharedCasesTests
{
    private const string V6Hop = "2001:db8::2";

    private static readonly (string File, int Damage, string Routes)[] s_mrt =
    [
        ("m13-pathid0.mrt", 1, ""),
        ("m13-pathid0-withdraw.mrt", 1, "0.0.0.0/0 192.0.2.1, 10.1.0.0/16 192.0.2.1"),
        ("m13-addpath-in-plain.mrt", 3, ""),
        ("m25-7606.mrt", 2, "10.3.0.0/16 192.0.2.1"),
        ("m24-dup.mrt", 2, "10.1.0.0/16 192.0.2.1"),
        ("m26-rfc8950.mrt", 0, $"10.1.0.0/16 {V6Hop}, 10.2.0.0/16 {V6Hop}, 10.3.0.0/16 {V6Hop}, 10.4.0.0/16 {V6Hop}, 10.5.0.0/16 192.0.2.1"),
        ("m12-clock.mrt", 2, "10.1.0.0/16 192.0.2.1, 10.2.0.0/16 192.0.2.1, 10.3.0.0/16 192.0.2.1, 10.4.0.0/16 192.0.2.1, 10.5.0.0/16 192.0.2.1, 10.6.0.0/16 192.0.2.1"),
        ("m28-zerotail12288.mrt", 1, "10.0.0.0/16 192.0.2.1"),
    ];

    private static readonly (string File, long Events, double Seconds, long SetAside)[] s_clocks =
        [("m12-future.mrt", 59, 59, 1), ("m54-time0.mrt", 20, 14, 5), ("m12-clock.mrt", 6, 1.5, 1)];

    private static readonly (string File, int Damaged, string[] Routes)[] s_lists =
    [
        ("l10-zeros.txt", 3, []),
        ("l11-iproute.txt", 0, ["0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 0", "10.1.0.0/16 - 0", "192.0.2.7/32 - 0"]),
        ("l20-riswhois.txt", 0, ["1.0.0.0/24 - 13335", "1.0.4.0/22 - 56203"]),
        ("l22-csv2.txt", 0, ["1.0.0.0/24 - 13335", "1.0.4.0/22 - 56203"]),
        ("l26-html.txt", 1, []),
        ("l41-twocols.txt", 0, ["10.0.0.0/8 - 0", "192.168.0.0/16 - 0"]),
        ("l42-netmask.txt", 0, ["10.0.0.0/8 - 0", "192.168.0.0/16 - 0"]),
        ("l44-iproute.txt", 0, ["10.0.0.0/8 192.0.2.1 0", "10.1.0.0/16 - 0", "10.2.0.0/16 192.0.2.1 0", "10.3.0.0/16 fe80::1 0",
            "10.4.0.0/16 192.0.2.1 0", "192.0.2.7/32 - 0", "0.0.0.0/0 192.0.2.1 0"]),
        ("l47-as.txt", 5, ["10.2.0.0/16 192.0.2.1 65546", "10.4.0.0/16 - 65001", "10.5.0.0/16 - 65001", "10.7.0.0/16 192.0.2.1 0",
            "10.8.0.0/16 - 65001"]),
    ];

    [Fact]
    public void Every_case_beside_the_checkout_is_read_for_what_it_means()
    {
        _ = SharedData.File("cases/README.md");
        Assert.All(s_mrt, Mrt);
        Assert.All(s_clocks, Clock);
        Assert.All(s_lists, List);
        NulTail();
        CutList();
        FirstLine();
        Containers();
    }

    private static void Mrt((string File, int Damage, string Routes) expected)
    {
        var bytes = Bytes(expected.File);
        Assert.Equal(ContentKind.Mrt, ContentRecogniser.Recognise(bytes.AsSpan(0, Math.Min(4096, bytes.Length))));
        var log = new DamageLog();
        Assert.Equal(expected.Routes, Routes(bytes, Family.IPv4, log));
        Assert.Equal(expected.Damage, log.Count);
        Assert.Equal("", Routes(bytes, Family.IPv6, new DamageLog()));
    }

    private static string Routes(byte[] bytes, Family family, DamageLog log)
    {
        var table = MrtTable.Load(new MemoryStream(bytes), "case", family, BestPathRule.Default, log);
        return string.Join(", ", table.Routes.Select(route => $"{route.Prefix} {table.NextHops[route.NextHop]}"));
    }

    private static void Clock((string File, long Events, double Seconds, long SetAside) expected)
    {
        var (structure, _, log) = TraceClockTests.Both(Family.IPv4, Bytes(expected.File));
        Assert.Equal((expected.Events, expected.Seconds, expected.SetAside), (structure.Events, structure.Seconds, structure.SetAside));
        Assert.Equal(expected.SetAside, log.First.Count(damage => damage.What.Contains("does not fit")));
    }

    private static void List((string File, int Damaged, string[] Routes) expected)
    {
        var bytes = Bytes(expected.File);
        Assert.Equal(ContentKind.Text, ContentRecogniser.Recognise(bytes));
        Assert.Equal(expected.Routes, TestTables.ReadAll(Encoding.UTF8.GetString(bytes), out var damage, out _));
        Assert.Equal(expected.Damaged, damage.Count);
    }

    private static void NulTail()
    {
        var log = new DamageLog();
        var counts = MrtSummary.Read(new MemoryStream(Bytes("m28-zerotail12288.mrt")), "tail", log);
        Assert.Equal("tail: record 3 at offset 86: 12,288 NUL bytes, and then the file ends", Assert.Single(log.First).ToString());
        Assert.Equal((2, 1, 12_374), (counts.Records, counts.Entries, counts.Bytes));
        Assert.Equal(2, counts.RecordsByType.Count);
    }

    private static void CutList()
    {
        var damage = new DamageLog();
        using var input = CompressedInput.Open(File.OpenRead(SharedData.File("cases/c80-cutline.gz")));
        var table = PrefixListReader.Read(input, "c80", Family.IPv4, damage, out _);
        Assert.Equal([("10.0.0.0/8", "192.0.2.1", 65001u)], TestTables.Flatten(table));
        Assert.Contains("line 2 is cut off", Assert.Single(damage.First).What, StringComparison.Ordinal);
    }

    private static void FirstLine()
    {
        var routes = TestTables.ReadAll(Encoding.UTF8.GetString(Bytes("l45-firsttypo.txt")), out var damage, out _);
        Assert.Equal(200, routes.Length);
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    private static void Containers()
    {
        var refused = Assert.IsType<UnsupportedContainerException>(Samples.Outcome(Bytes("c43-delta.xz")).Failure);
        Assert.Equal("xz with the filter delta is not supported", refused.What);
        var (content, damage) = Samples.ReadAll(Bytes("c66-window28.zst"));
        Assert.Null(damage);
        Assert.Equal("10.0.0.0/8\n"u8.ToArray(), content);
    }

    private static byte[] Bytes(string file) => File.ReadAllBytes(SharedData.File("cases/" + file));
}
