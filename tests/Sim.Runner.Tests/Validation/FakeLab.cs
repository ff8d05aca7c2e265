// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Commands;

namespace Sim.Runner.Tests.Validation;

/// <summary>
/// A checkout whose lab is not built but faked, for the program to be run in: its "kernel" is <see cref="PortKernel"/>,
/// in this process, at the other end of two pipes.
/// </summary>
internal sealed class FakeLab : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string _lab;

    public FakeLab()
    {
        _lab = _scratch["lab"];
        Directory.CreateDirectory(_lab);
        Directory.CreateDirectory(_scratch["kernel-patch/vm"]);
        _scratch.Write("Sim.sln", "");
        _scratch.Write("kernel-patch/vm/build.sh", $"echo '{_lab}'\n");
        _scratch.Write("lab/agent", "");
        Process.Start("install", [Path.Combine(AppContext.BaseDirectory, "fake-linux.sh"), Path.Combine(_lab, "linux")]).WaitForExit();
        foreach (var pipe in new[] { "commands", "answers" })
            Process.Start("mkfifo", [Path.Combine(_lab, pipe)]).WaitForExit();
    }

    /// <summary>Where the program puts its report.</summary>
    public string Report => _scratch["report"];

    /// <summary>Runs <c>validate --quick</c> on a table.</summary>
    /// <param name="table">The table file's content.</param>
    /// <param name="lie">Sees each command with each row of its answer and gives the row that is sent.</param>
    /// <param name="more">More of the command line.</param>
    public Ran Validate(string table, Func<string, string, string>? lie = null, params string[] more)
    {
        var kernel = new Thread(() => ServeAll(lie ?? ((_, row) => row))) { IsBackground = true };
        kernel.Start();
        return Commands.Program.RunIn(
            _scratch.Folder, ["validate", "--quick", "--table", _scratch.Write("table.txt", table), "--out", Report, .. more]);
    }

    /// <summary>A file that the program may be given.</summary>
    public string FileOf(string name) => _scratch[name];

    public void Dispose() => _scratch.Dispose();

    /// <summary>One kernel after the other, until the program has no more of them.</summary>
    private void ServeAll(Func<string, string, string> lie)
    {
        try
        {
            while (true)
                Serve(lie);
        }
        catch (IOException)
        {
            // The lab is gone.
        }
    }

    private void Serve(Func<string, string, string> lie)
    {
        using var commands = new StreamReader(Pipe("commands", FileAccess.Read));
        Serve(commands, lie);
        // Until the other end is closed: the next kernel's commands come through the same pipe.
        while (commands.ReadLine() is not null)
        {
        }
    }

    private void Serve(StreamReader commands, Func<string, string, string> lie)
    {
        using var answers = new StreamWriter(Pipe("answers", FileAccess.Write)) { AutoFlush = true, NewLine = "\n" };
        using var kernel = new PortKernel(Cpio.Read(File.ReadAllBytes(Path.Combine(_lab, "initramfs"))));
        answers.WriteLine("= ready");
        while (commands.ReadLine() is { } command && command != "quit")
        {
            try
            {
                answers.Write(string.Concat(kernel.Answer(command).Select(row => $"= {lie(command, row)}\n")) + "=ok\n");
            }
            catch (Exception error) when (error is not IOException)
            {
                answers.WriteLine($"=err {error.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    private FileStream Pipe(string name, FileAccess access) => new(Path.Combine(_lab, name), FileMode.Open, access, FileShare.ReadWrite);
}

/// <summary>Reads the files of an initramfs ("newc").</summary>
internal static class Cpio
{
    private const int HeaderBytes = 110;

    public static Dictionary<string, byte[]> Read(byte[] archive)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var at = 0; ;)
        {
            int Field(int number) => int.Parse(Encoding.ASCII.GetString(archive, at + 6 + (8 * number), 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var (size, nameBytes) = (Field(6), Field(11));
            var name = Encoding.ASCII.GetString(archive, at + HeaderBytes, nameBytes - 1);
            if (name == "TRAILER!!!")
                return files;
            var content = Aligned(at + HeaderBytes + nameBytes);
            files[name] = archive[content..(content + size)];
            at = Aligned(content + size);
        }
    }

    private static int Aligned(int offset) => (offset + 3) & ~3;
}
