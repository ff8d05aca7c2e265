// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;

namespace Sim.Validation.Trace;

/// <summary>The commands since the last recording, as the agent's <c>trace</c> takes them.</summary>
/// <param name="Script">Name of the file of commands, which is empty if nothing was sent.</param>
/// <param name="Files">That file and the files of operations that it names, each named by its content.</param>
/// <param name="Digest">Digest of every byte that was sent.</param>
public sealed record Recording(string Script, IReadOnlyList<(string Name, byte[] Content)> Files, ulong Digest);

/// <summary>
/// A daemon's sockets that also record what they are asked to send: the agent's commands and their operations, but not the
/// messages, which the agent must make by itself.
/// </summary>
public sealed class RecordingSockets : DaemonSockets
{
    private readonly List<(string Before, Family? Family, string After)> _lines = [];
    private readonly Dictionary<Family, List<BindingChange>> _operations = new() { [Family.IPv4] = [], [Family.IPv6] = [] };

    private Digest64 _digest;

    public RecordingSockets(KernelConfig kernel, ushort familyId = AnyFamilyId)
        : base(kernel, familyId) => ShowCalls(call => _digest.AddBytes(call));

    public override bool WritesSets => true;

    public override Sent Reset()
    {
        Record("wg reset");
        return base.Reset();
    }

    public override Sent SetMode(RouteMode mode)
    {
        Record($"wg mode {mode.AgentWord()}");
        return base.SetMode(mode);
    }

    public override Sent Add(ReadOnlySpan<BindingChange> changes)
    {
        Record("wg add", changes, $"{Scheme.CallBytes}");
        return base.Add(changes);
    }

    public override Sent Replace(ReadOnlySpan<BindingChange> set)
    {
        Record("wg replace", set, $"{Scheme.CallBytes}");
        return base.Replace(set);
    }

    public override Sent Empty(int peer)
    {
        Record($"wg empty {peer}");
        return base.Empty(peer);
    }

    public override Sent Remove(int peer)
    {
        Record($"wg remove {peer}");
        return base.Remove(peer);
    }

    public override Sent Run(ReadOnlySpan<BindingChange> call, RouteShape shape)
    {
        Record("route run", call, $"{shape.AgentWord()} {FibStructure.TableId} {call.Length}");
        return base.Run(call, shape);
    }

    public override Sent AddNexthops(Family family, int count, RouteShape shape)
    {
        Record($"nexthop add 1 {count} {shape.AgentWord()} {(int)family}");
        return base.AddNexthops(family, count, shape);
    }

    /// <summary>Returns and clears the recording since the last call.</summary>
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

    private void Record(string command) => _lines.Add((command, null, ""));

    private void Record(string command, ReadOnlySpan<BindingChange> operations, string words)
    {
        if (operations.IsEmpty)
            throw new ArgumentException($"{command} without an operation", nameof(operations));
        var family = operations[0].Prefix.Family;
        var all = _operations[family];
        _lines.Add((command, family, $"{all.Count} {operations.Length} {words}"));
        all.AddRange(operations);
    }
}
