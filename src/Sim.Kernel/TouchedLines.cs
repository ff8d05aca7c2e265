// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>The distinct cache lines that a lookup reads, in order, and the steps in which it reads them. Reuse the object: after the first
/// long lookup it allocates nothing.</summary>
/// <remarks>All lines of a step have addresses that are known when the step begins, so a processor can load them at the same time. The next
/// step begins where an address, or the decision to read it, comes from what was read before:
/// <code>
///   step 1            step 2     step 3
///   header | header   slot       leaf         four lines, three of them one after the other
/// </code></remarks>
public sealed class TouchedLines
{
    /// <summary>The bytes of a line. The figures are valid only for machines with this size.</summary>
    public const int LineBytes = 64;

    private readonly List<nint> _lines = new(64);
    private readonly List<int> _steps = new(64);
    private bool _open;

    /// <summary>The number of distinct lines.</summary>
    public int Count => _lines.Count;

    /// <summary>The number of steps that read a line that no earlier step has read.</summary>
    public int Steps => _steps.Count;

    public void Clear()
    {
        _lines.Clear();
        _steps.Clear();
        _open = false;
    }

    /// <summary>Begins a step.</summary>
    public void Step() => _open = false;

    /// <summary>Records the lines that contain these bytes. Returns the number of lines that were not recorded before. A lookup reads a few
    /// dozen lines, so searching a list is fastest.</summary>
    public int Read(nint address, int bytes)
    {
        var before = _lines.Count;
        for (var line = address / LineBytes; line <= (address + bytes - 1) / LineBytes; line++)
        {
            if (!_lines.Contains(line))
                _lines.Add(line);
        }

        if (_lines.Count > before && !_open)
        {
            _steps.Add(before);
            _open = true;
        }

        return _lines.Count - before;
    }

    /// <summary>Returns the numbers of the lines that a step was the first to read. Steps count from 0.</summary>
    public ReadOnlySpan<nint> In(int step)
    {
        var end = step + 1 < _steps.Count ? _steps[step + 1] : _lines.Count;
        return CollectionsMarshal.AsSpan(_lines)[_steps[step]..end];
    }
}
