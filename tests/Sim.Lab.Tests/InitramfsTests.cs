// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text;
using Xunit;

namespace Sim.Lab.Tests;

public sealed class InitramfsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_member_is_a_header_a_name_and_content_each_padded_to_4_bytes()
    {
        using var stream = new MemoryStream();
        using (var cpio = new CpioWriter(stream))
            cpio.AddFile("ab", 0b110_100_100, "12345"u8);
        var text = Encoding.ASCII.GetString(stream.ToArray());
        // magic, inode, mode, uid, gid, links, time, size, device of the file (2), device (2), length of the name, check
        const string Header = "070701" + "00000000" + "000081A4" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005"
            + "00000000" + "00000000" + "00000000" + "00000000" + "00000003" + "00000000";
        Assert.StartsWith(Header + "ab\0\0\0\0" + "12345\0\0\0" + "070701", text, StringComparison.Ordinal);
        Assert.Equal(0, stream.Length % 4);
        Assert.Contains("TRAILER!!!", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Cpio_lists_what_the_agent_expects()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/cpio") || File.Exists("/bin/cpio"), "cpio is not installed");
        var archive = MakeArchive("b.ko\na.ko\n");
        var members = Cpio("-tv", archive).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(words => words[^1], words => words[0], StringComparer.Ordinal);
        Assert.Equal(
            ["data", "data/keys.4", "data/route.ops.4", "dev", "dev/console", "init", "modules", "modules/a.ko", "modules/b.ko", "modules/load-order", "proc", "sys"],
            members.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("-rwxr-xr-x", members["init"]);
        Assert.Equal("crw-------", members["dev/console"]);
        Assert.Equal("drwxr-xr-x", members["data"]);
        Assert.Equal("-rw-r--r--", members["data/keys.4"]);
        Assert.Contains("5,   1", Cpio("-tv", archive), StringComparison.Ordinal);
        Assert.Equal("\u0001\u0002\u0003", Cpio("--to-stdout -i data/keys.4", archive));
        Assert.Equal("b.ko\na.ko\n", Cpio("--to-stdout -i modules/load-order", archive));
    }

    [Fact]
    public void A_lane_without_a_load_order_has_an_empty_one()
    {
        var text = File.ReadAllText(MakeArchive(null), Encoding.Latin1);
        Assert.Contains("modules/load-order\0", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_content_makes_the_same_bytes()
    {
        var first = File.ReadAllBytes(MakeArchive("a.ko\n"));
        foreach (var file in Directory.GetFiles(Path.Combine(_folder, "data")))
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(first, File.ReadAllBytes(MakeArchive("a.ko\n")));
    }

    private string MakeArchive(string? loadOrder)
    {
        var lane = Directory.CreateDirectory(Path.Combine(_folder, "lane")).FullName;
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        Directory.CreateDirectory(Path.Combine(data, "subfolder"));
        var agent = Path.Combine(_folder, "agent");
        File.WriteAllText(agent, "#!");
        File.WriteAllText(Path.Combine(lane, "a.ko"), "module");
        File.WriteAllText(Path.Combine(lane, "b.ko"), "another");
        File.WriteAllText(Path.Combine(lane, "vmlinuz"), "kernel");
        if (loadOrder is not null)
            File.WriteAllText(Path.Combine(lane, "load-order"), loadOrder);
        File.WriteAllBytes(Path.Combine(data, "keys.4"), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(data, "route.ops.4"), [1, 2, 3, 4, 5, 6, 7, 8]);
        var archive = Path.Combine(_folder, "initramfs");
        Initramfs.Write(archive, agent, lane, data);
        return archive;
    }

    private static string Cpio(string arguments, string archive)
    {
        using var process = Process.Start(new ProcessStartInfo("cpio", $"--quiet -F {archive} {arguments}") { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
