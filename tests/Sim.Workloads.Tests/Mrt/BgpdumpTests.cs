// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>
/// Line by line against another program's reader, where Debian's bgpdump is installed. Two files are left out because
/// their fields of prefixes are refused here, while bgpdump prints the prefixes before the error, 0.0.0.0/0 among them.
/// </summary>
public sealed class BgpdumpTests
{
    private static readonly string[] s_real =
    [
        "bgpdump-updates.et-header.2015.gz", "morrowc-updates.20260222.1530.bz2", "haskmrt-rib.bz2", "haskmrt-update.bz2",
        "bgpdump-bview.20020722.2337.gz", "bgpdump-bview.64k_stream_overflow.gz", "bgpdump-bview.ipv4_unicast_add_path.gz",
        "bgpdump-bview.ipv6_unicast_add_path.gz", "bgpdump-updates.20071015.1505.gz", "bgpdump-updates.20160811.1600.gz",
        "bgpdump-updates.long_withdrawal.gz", "mrtparse-bird-mrtdump_rib.mrt", "mrtparse-quagga_rib.mrt", "pyasn-rib.20140523.0600_firstMB.bz2",
    ];

    public static TheoryData<string> Real => Bgpdump.Rows(SharedData.Rows(s_real, file => "mrt/" + file));

    public static TheoryData<string> Made => Bgpdump.Rows(
        [.. MadeFiles.All.Select(file => file.Name), .. Enum.GetValues<Family>().Select(family => $"generated {family}")]);

    [Theory]
    [MemberData(nameof(Real))]
    public void Every_line_is_the_one_that_bgpdump_prints(string file)
    {
        var path = SharedData.File("mrt/" + file);
        using var plain = Unpack(path);
        Compare(plain?.Name ?? path, file);
    }

    [Theory]
    [MemberData(nameof(Made))]
    public void Every_line_of_a_made_file_is_the_one_that_bgpdump_prints(string name)
    {
        using var target = Temporary();
        if (name.StartsWith("generated", StringComparison.Ordinal))
            Generate(target, Enum.Parse<Family>(name.AsSpan("generated ".Length)));
        else
            target.Write(MadeFiles.Of(name).Content);
        target.Flush();
        Compare(target.Name, name);
    }

    private static void Generate(Stream target, Family family)
    {
        var calibration = family == Family.IPv4 ? TraceCalibrations.RouteViews2026 : TraceCalibrations.V6Of2015;
        var generator = new TraceGenerator(calibration, TableGenerator.GeneratePrefixes(family, 20_000, 1), new Workloads.Synthesis.TraceOptions { Seconds = 200 });
        using var stream = new GeneratedTraceStream(generator, seed: 1);
        stream.CopyTo(target);
    }

    private static FileStream Temporary() => new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
        FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 4096, FileOptions.DeleteOnClose);

    internal static void Compare(string read, string file)
    {
        using var source = new FileStream(read, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var input = CompressedInput.Open(source);
        using var printed = Bgpdump.Lines(read).GetEnumerator();
        var reader = new MrtReader(input, file, new DamageLog());
        var at = 0;
        var handler = new LineHandler(reader.Peers, ours =>
        {
            at++;
            Assert.True(printed.MoveNext(), $"bgpdump has no line {at}: {ours}");
            var theirs = Parse(printed.Current);
            // bgpdump prints an address of all ones where it has found no next hop.
            if (theirs.NextHop is "255.255.255.255")
                theirs = theirs with { NextHop = ours.NextHop };
            // Zeros are no next hop here, unless a link-local address that bgpdump does not print stands behind them.
            if (theirs.NextHop is "0.0.0.0" or "::" && (ours.NextHop.Length == 0 || ours.NextHop.StartsWith("fe80:", StringComparison.Ordinal)))
                theirs = theirs with { NextHop = ours.NextHop };
            if (ours != theirs)
                Assert.Fail($"line {at}: {printed.Current}\nours   {ours}\ntheirs {theirs}");
        });
        reader.Read(ref handler);
        Assert.False(printed.MoveNext(), "bgpdump goes on");
        Assert.True(at > 0);
    }

    /// <summary>
    /// bgpdump is slow on two things: bz2, so that it gets whole bz2 files unpacked, and IPv6 dumps, on which it spends
    /// half a minute of system time, so that it gets every eighth record of the one here, throughout the file.
    /// </summary>
    private static FileStream? Unpack(string path)
    {
        if (!path.EndsWith(".bz2", StringComparison.Ordinal) || path.Contains("firstMB"))
            return null;
        using var input = CompressedInput.Open(File.OpenRead(path));
        using var content = new MemoryStream();
        input.CopyTo(content);
        var target = Temporary();
        var every = path.Contains("haskmrt-rib") ? 8 : 1;
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        for (var record = 0; !bytes.IsEmpty; record++)
        {
            var length = 12 + BinaryPrimitives.ReadInt32BigEndian(bytes[8..]);
            if (record % every == 0)
                target.Write(bytes[..length]);
            bytes = bytes[length..];
        }

        target.Flush();
        return target;
    }

    private static Line Parse(string text)
    {
        var fields = text.Split('|');
        var time = fields[1].Contains('.') ? fields[1] : fields[1] + ".000000";
        var peer = Canonical(fields[3]);
        var peerAs = uint.Parse(fields[4]);
        if (fields[2] == "STATE")
            return new Line("STATE", time, peer, peerAs, $"{fields[5]}|{fields[6]}", "", "", "", 0, 0);
        var what = Prefix.Parse(fields[5]).ToString();
        if (fields[2] == "W")
            return new Line("W", time, peer, peerAs, what, "", "", "", 0, 0);
        if (fields[0].EndsWith("_AP", StringComparison.Ordinal))
        {
            if (fields[6] != "0")
                what = $"{fields[6]}|{what}";
            fields = [.. fields[..6], .. fields[7..]];
        }

        return new Line(
            fields[2], time, peer, peerAs, what, fields[6], fields[7], Canonical(fields[8]), Number(fields[9]), Number(fields[10]));
    }

    /// <summary>bgpdump prints LOCAL_PREF and MED of 2^31 and more as negative numbers.</summary>
    private static uint Number(string text) => unchecked((uint)long.Parse(text));

    private static string Canonical(string address)
    {
        Assert.True(AddressText.TryParse(address, out var family, out var parsed), address);
        return AddressText.Format(family, parsed);
    }
}
