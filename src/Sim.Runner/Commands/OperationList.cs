// SPDX-License-Identifier: MIT
using Sim.Workloads.Input;

namespace Sim.Runner.Commands;

/// <summary>Reads operations on a loaded table. A line is <c>+ PREFIX</c> (insert) or <c>- PREFIX</c> (delete). Blank lines and # comments
/// are skipped.</summary>
internal static class OperationList
{
    /// <summary>The peer of every inserted prefix.</summary>
    private const int Peer = 0;

    /// <exception cref="UserException">Thrown if the file cannot be read.</exception>
    public static IReadOnlyList<BindingChange> Read(FileInfo file, Family family, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        using var stream = new InputFile(file, again: false, progress, cancel).Open();
        var lines = new LineReader(new ByteFeed(stream));
        var operations = new List<BindingChange>();
        while (lines.TryRead(out var line))
        {
            line = line.Trim(" \t"u8);
            if (line is [] or [(byte)'#', ..])
                continue;
            if (line[0] is (byte)'+' or (byte)'-' && Prefix.TryParse(line[1..].Trim(" \t"u8), out var prefix) && prefix.Family == family)
                operations.Add(line[0] == (byte)'+' ? BindingChange.Insert(prefix, Peer) : BindingChange.Delete(prefix, Peer));
            else
                damage.Add(file.ToString(), lines.Number, lines.Offset, $"not '+ PREFIX' or '- PREFIX' of IPv{(int)family}{PrefixListReader.Quote(line)}");
        }

        return operations;
    }

    public static void Apply(IReadOnlyList<BindingChange> operations, KernelStructure structure)
    {
        Span<int> peer = [Peer];
        foreach (var operation in operations)
        {
            if (operation.Kind == RouteChange.Insert)
                structure.Bind([operation.Prefix], peer);
            else
                structure.Unbind([operation.Prefix], peer);
        }
    }
}
