// SPDX-License-Identifier: MIT
namespace Sim.Lab;

/// <summary>The last lines of a console; safe to use from several threads.</summary>
internal sealed class ConsoleLog
{
    public const int Capacity = 1000, TailLength = 20;

    private readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == Capacity)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    /// <summary>A copy of the kept lines, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>The last lines, which error messages show.</summary>
    public IReadOnlyList<string> Tail => [.. Lines.TakeLast(TailLength)];
}
