// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Lab;

/// <summary>The agent's answer to one command.</summary>
public sealed class Reply
{
    private readonly string _command;

    internal Reply(string command, IReadOnlyList<Row> rows) => (_command, Rows) = (command, rows);

    public IReadOnlyList<Row> Rows { get; }

    /// <summary>The only row of the answer.</summary>
    /// <exception cref="LabException">Thrown if there is no row, or several rows (<see cref="LabFailure.Protocol"/>).</exception>
    public Row One => Rows.Count == 1
        ? Rows[0]
        : throw new LabException(LabFailure.Protocol, $"The agent answered '{_command}' with {Rows.Count} rows where one is expected. Check that the agent and this program are of the same checkout.");
}

/// <summary>A row of an answer: values by name.</summary>
public sealed class Row
{
    private readonly string _command, _text;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Parses a row without its marker: <c>key value key value ...</c>. The command appears only in error messages.</summary>
    internal Row(string command, string text)
    {
        (_command, _text) = (command, text);
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length % 2 != 0)
            throw Wrong("has a key without a value");
        for (var i = 0; i < words.Length; i += 2)
        {
            if (!_values.TryAdd(words[i], words[i + 1]))
                throw Wrong($"has '{words[i]}' twice");
        }
    }

    /// <summary>The names of the row's values, in no particular order.</summary>
    public IReadOnlyCollection<string> Keys => _values.Keys;

    /// <summary>Returns a value as it was sent.</summary>
    /// <exception cref="LabException">Thrown if the row has no such key (<see cref="LabFailure.Protocol"/>).</exception>
    public string this[string key] => _values.TryGetValue(key, out var value) ? value : throw Wrong($"has no '{key}'");

    /// <summary>Returns a decimal value.</summary>
    /// <exception cref="LabException">Thrown if there is no such key, or if its value is not a decimal number.</exception>
    public long Long(string key) =>
        long.TryParse(this[key], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong($"has no decimal number for '{key}'");

    /// <summary>Returns a digest: up to 16 hexadecimal digits.</summary>
    /// <exception cref="LabException">Thrown if there is no such key, or if its value is not a hexadecimal number.</exception>
    public ulong Hex(string key) =>
        ulong.TryParse(this[key], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong($"has no hexadecimal number for '{key}'");

    /// <summary>The row as it was sent, without its marker.</summary>
    public override string ToString() => _text;

    private LabException Wrong(string what) => new(LabFailure.Protocol,
        $"The agent's answer to '{_command}' {what}: '{_text}'. Check that the agent and this program are of the same checkout.");
}
