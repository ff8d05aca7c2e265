// SPDX-License-Identifier: MIT
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Hashing;
using System.Text;
using Sim.Workloads.Input;

namespace Sim.Fuzz;

/// <summary>
/// One container format: valid files of one to three members, damaged. What is delivered, and not said to be unconfirmed, must be
/// units that were put in, each whole, since a check stands behind each. Where the format's own program is installed it has the second word on
/// one input in eight: what it refuses must be refused here, and what it accepts must be accepted.
/// </summary>
internal abstract class ContainerKind(ContainerFormat format) : FuzzKind
{
    // More than any of these files holds: a damaged length may stand for gigabytes of zeros, which nobody has to wait for.
    private const int MostContent = 16 << 20;

    private static readonly HashSet<string> s_missing = [];

    public override string Name => format.ToString().ToLowerInvariant();

    /// <summary>Whether a file says of all its content that there is a check of it.</summary>
    protected virtual bool IsChecked(byte[] file) => true;

    /// <summary>Whether the program is known to refuse what its library of another version reads right.</summary>
    protected virtual bool IsStricter => false;

    /// <summary>The byte that many bytes behind each magic of a file.</summary>
    protected static IEnumerable<byte> BehindEach(byte[] magic, int bytes, byte[] file)
    {
        for (var at = 0; file.AsSpan(at).IndexOf(magic) is >= 0 and var next; at += next + 1)
        {
            if (at + next + magic.Length + bytes < file.Length)
                yield return file[at + next + magic.Length + bytes];
        }
    }

    /// <summary>Content in the pieces that have a check each: all of it is one, unless the format has blocks.</summary>
    protected virtual List<byte[]> Units(byte[] content, Dice dice) => [content];

    /// <summary>One member (stream, frame) with some units.</summary>
    protected abstract Field Member(List<byte[]> units, Dice dice);

    /// <summary>Bytes that may stand between two members; null where nothing may.</summary>
    protected virtual Field? Between(Dice dice) => null;

    public override FuzzInput Make(Dice dice)
    {
        var (file, units) = MakeFile(dice, dice.Between(1, 3));
        if (dice.OneIn(12))
            return new FuzzInput(file.ToArray(), units, Promise.Valid);
        if (dice.OneIn(6))
            return new FuzzInput(file.ToArray()[..dice.Below(file.ToArray().Length)], units, Promise.Cut);
        if (!dice.OneIn(3))
            Damage.Structure(file, dice);
        var bytes = file.ToArray();
        if (dice.OneIn(2))
        {
            var (other, more) = MakeFile(dice, 1);
            bytes = Damage.Bytes(bytes, other.ToArray(), dice);
            units.AddRange(more);
        }

        return new FuzzInput(bytes, units, Promise.None);
    }

    public override void Check(FuzzInput input)
    {
        var (content, damage, unconfirmed) = Read(new MemoryStream(input.Bytes), workers: 2, out var found);
        var (again, againDamage, _) = Read(new Trickle(input.Bytes), workers: 1, out _);
        Hold(damage == againDamage, $"read at once: {damage ?? "sound"}\n  a byte at a time: {againDamage ?? "sound"}");
        Hold(content.AsSpan().SequenceEqual(again), $"{content.Length} bytes read at once, {again.Length} a byte at a time, and not the same");
        if (content.Length >= MostContent)
            return;
        if (found == ContainerFormat.Plain)
        {
            Hold(damage is not null || content.AsSpan().SequenceEqual(input.Bytes), "a plain file is not what it is");
            return;
        }

        if (found != format)
            return;
        byte[] all = [.. input.Units.SelectMany(unit => unit)];
        if (input.Promise == Promise.Valid)
            Hold(damage is null && content.AsSpan().SequenceEqual(all), $"a valid file: {damage ?? "other content"}");
        if (input.Promise == Promise.Cut)
            Hold(all.AsSpan().StartsWith(content), "a file that is cut off delivers content that was never in it");
        // Before the place where a file ends too early there is no check that could speak against what was decoded.
        if (damage?.Contains("cut off", StringComparison.Ordinal) != true && IsChecked(input.Bytes))
            Hold(IsMadeOf(content[..^unconfirmed], input.Units), $"content that was never in the file ({damage ?? "and no word about damage"})");
        if (Crc32.Hash(input.Bytes)[0] % 8 == 0 && !IsUnsupported(damage))
            HoldToProgram(input.Bytes, content, damage);
    }

    private static (byte[] Content, string? Damage, int Unconfirmed) Read(Stream stream, int workers, out ContainerFormat found)
    {
        found = ContainerFormat.Plain;
        using var content = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            using var input = CompressedInput.Open(stream, workers);
            found = input.Format;
            for (int read; content.Length < MostContent && (read = input.Read(buffer)) > 0;)
                content.Write(buffer, 0, read);
            return (content.ToArray(), null, 0);
        }
        catch (IOException error) when (error.GetType().Namespace == typeof(CompressedInput).Namespace)
        {
            // Where damage shows depends on how much a decoder reads ahead; what it is must not.
            var damage = error as ContainerDamageException;
            return (content.ToArray(), damage?.What ?? error.Message, (int)(damage?.Unconfirmed ?? 0));
        }
    }

    /// <summary>Whether a container, or one inside it, is of a kind that is not read here: the program has no word in that.</summary>
    private static bool IsUnsupported(string? damage) =>
        damage?.Contains("not supported", StringComparison.Ordinal) == true;

    /// <summary>Whether content is units in any order and number, each whole.</summary>
    private static bool IsMadeOf(byte[] content, IReadOnlyList<byte[]> units)
    {
        var reached = new SortedSet<int> { 0 };
        while (reached.Count > 0 && reached.Min < content.Length)
        {
            var at = reached.Min;
            reached.Remove(at);
            foreach (var unit in units)
            {
                if (unit.Length > 0 && content.AsSpan(at).StartsWith(unit))
                    reached.Add(at + unit.Length);
            }
        }

        return reached.Count > 0;
    }

    private void HoldToProgram(byte[] bytes, byte[] content, string? damage)
    {
        if (Run(bytes) is not { } program)
            return;
        // gzip says nothing of NUL bytes after the end.
        if (program.Accepts && damage is not null && damage.Contains("garbage after the end", StringComparison.Ordinal))
            return;
        // The content was held to the units above, so that a refusal is the program's strictness alone.
        if (!program.Accepts && damage is null && IsStricter)
            return;
        Hold(program.Accepts == damage is null, $"{Name} {(program.Accepts ? "accepts" : "refuses")} it; here: {damage ?? "sound"}");
        Hold(damage is not null || content.AsSpan().SequenceEqual(program.Content), $"{Name} unpacks other content");
    }

    private (bool Accepts, byte[] Content)? Run(byte[] bytes)
    {
        if (s_missing.Contains(Name))
            return null;
        var start = new ProcessStartInfo(Name, "-dc")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!;
            var complaints = process.StandardError.ReadToEndAsync();
            var feeding = Task.Run(() => Feed(process, bytes));
            using var content = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(content);
            feeding.Wait();
            process.WaitForExit();
            // What follows the end is passed over, with a warning: that is no verdict.
            if (complaints.Result.Contains("trailing garbage", StringComparison.Ordinal))
                return null;
            return (process.ExitCode == 0, content.ToArray());
        }
        catch (Win32Exception)
        {
            s_missing.Add(Name);
            return null;
        }
    }

    private static void Feed(Process process, byte[] bytes)
    {
        try
        {
            process.StandardInput.BaseStream.Write(bytes);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has seen enough, and closed its end.
        }
    }

    private (Field File, List<byte[]> Units) MakeFile(Dice dice, int members)
    {
        var (parts, units) = (new List<Field>(), new List<byte[]>());
        for (; members > 0; members--)
        {
            var made = Units(Content(dice), dice);
            parts.Add(Member(made, dice));
            units.AddRange(made);
            if (dice.OneIn(2) && Between(dice) is { } between)
                parts.Add(between);
        }

        return (Field.Group(parts), units);
    }

    /// <summary>Text that compresses, bytes that do not, runs, or nothing. Some bytes of its own come first.</summary>
    private static byte[] Content(Dice dice)
    {
        var own = dice.Bytes(8);
        var size = dice.Pick([0, 1, 20, 600, 4000, 20_000, 60_000]);
        if (size == 0)
            return [];
        return dice.Below(3) switch
        {
            0 => [.. own, .. dice.Bytes(size)],
            1 => [.. own, .. Enumerable.Repeat(own[0], size)],
            _ => [.. own, .. Enumerable.Range(0, size / 16).SelectMany(at => Encoding.ASCII.GetBytes($"10.{at % 7}.{at * at % 251}.0/24 "))],
        };
    }
}
