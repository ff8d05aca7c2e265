// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Schemes.Structures;
using Sim.Workloads;

namespace Sim.Runner.Commands;

/// <summary>Reads operations on a loaded table: lines <c>+ PREFIX</c> and <c>- PREFIX</c>. Blank lines and # comments are skipped.</summary>
internal static class OperationList
{
    private const int LongestLine = 256;

    /// <summary>The peer of every prefix.</summary>
    private const int Peer = 0;

    /// <exception cref="UserException">The file cannot be read.</exception>
    public static IReadOnlyList<BindingChange> Read(FileInfo file, Family family, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        using var stream = new InputFile(file, again: false, progress, cancel).Open();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var operations = new List<BindingChange>();
        var offset = 0L;
        for (var line = 1L; ReadBoundedLine(reader) is { } text; line++)
        {
            var trimmed = text.AsSpan().Trim();
            if (!trimmed.IsEmpty && trimmed[0] != '#')
            {
                if (trimmed[0] is '+' or '-' && Prefix.TryParse(trimmed[1..].Trim().ToString(), out var prefix) && prefix.Family == family)
                    operations.Add(trimmed[0] == '+' ? BindingChange.Insert(prefix, Peer) : BindingChange.Delete(prefix, Peer));
                else
                    damage.Add(file.ToString(), line, offset, $"not '+ PREFIX' or '- PREFIX' of IPv{(int)family}: {Shown(text)}");
            }

            offset += Encoding.UTF8.GetByteCount(text) + 1;
        }

        return operations;
    }

    /// <summary>Applies the operations one by one.</summary>
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

    private static string Shown(string text) => text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}...'";

    /// <summary>Reads a line of at most <see cref="LongestLine"/> characters. The rest of a longer one is dropped.</summary>
    private static string? ReadBoundedLine(StreamReader reader)
    {
        var text = new StringBuilder();
        var any = false;
        for (int next; (next = reader.Read()) >= 0;)
        {
            any = true;
            if (next == '\n')
                break;
            if (text.Length < LongestLine)
                text.Append((char)next);
        }

        return any ? text.ToString() : null;
    }
}
