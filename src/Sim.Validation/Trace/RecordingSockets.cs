// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;

namespace Sim.Validation.Trace;

/// <summary>The commands since the last recording, in the form that the agent's <c>trace</c> command reads.</summary>
/// <param name="Script">The name of the command file; empty if nothing was sent.</param>
/// <param name="Files">The command file, and the operation files that it names. The name of each file depends on its content.</param>
/// <param name="Digest">The digest of all bytes that were sent.</param>
public sealed record Recording(string Script, IReadOnlyList<(string Name, byte[] Content)> Files, ulong Digest);

/// <summary>
/// A daemon's sockets that also record the agent's commands for the sent messages. The messages themselves are not recorded, because the
/// agent must encode them by itself.
/// </summary>
public sealed class RecordingSockets : DaemonSockets
{
    private readonly List<(string Before, Family? Family, string After)> _lines = [];
    private readonly Dictionary<Family, List<BindingChange>> _operations = new() { [Family.IPv4] = [], [Family.IPv6] = [] };

    private Digest64 _digest;

    public RecordingSockets(KernelConfig kernel, ushort familyId = AnyFamilyId)
        : base(kernel, familyId) => ShowCalls(call => _digest.AddBytes(call));

    public override bool Records => true;

    public Recording Take()
    {
        var files = new List<(string Name, byte[] Content)>();
        var names = new Dictionary<Family, string>();
        foreach (var (family, operations) in _operations.Where(entry => entry.Value.Count > 0))
        {
            var content = OperationFile.ToBytes(operations.ToArray());
            names[family] = AgentFile.Name(Named(content), family);
            files.Add((names[family], content));
            operations.Clear();
        }

        var script = string.Concat(_lines.Select(line => line.Before + (line.Family is { } family ? $" {names[family]} {line.After}" : "") + "\n"));
        var commands = Encoding.ASCII.GetBytes(script);
        files.Add((Named(commands), commands));
        var recording = new Recording(files[^1].Name, files, _digest.Value);
        _lines.Clear();
        _digest = default;
        return recording;
    }

    private static string Named(byte[] content) => "trace-" + Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 10));

    protected override void Record(string command, ReadOnlySpan<BindingChange> operations, string? words)
    {
        if (words is null)
        {
            _lines.Add((command, null, ""));
            return;
        }

        if (operations.IsEmpty)
            throw new ArgumentException($"{command} without an operation", nameof(operations));
        var family = operations[0].Prefix.Family;
        var all = _operations[family];
        _lines.Add((command, family, $"{all.Count} {operations.Length} {words}"));
        all.AddRange(operations);
    }
}
