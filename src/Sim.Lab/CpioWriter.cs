// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Lab;

/// <summary>Writes an initramfs: a cpio archive in the "newc" format
/// (Documentation/driver-api/early-userspace/buffer-format.rst), uncompressed. All times are 0, so that the same
/// content makes the same bytes.</summary>
internal sealed class CpioWriter(Stream output) : IDisposable
{
    private const uint Directory = 0x4000, CharacterDevice = 0x2000, RegularFile = 0x8000; // S_IF...

    private long _length;
    private uint _inode;

    public void AddDirectory(string name) => AddHeader(name, Directory | 0b111_101_101, 0, links: 2);

    public void AddCharacterDevice(string name, uint mode, uint major, uint minor) =>
        AddHeader(name, CharacterDevice | mode, 0, deviceMajor: major, deviceMinor: minor);

    public void AddFile(string name, uint mode, ReadOnlySpan<byte> content)
    {
        AddHeader(name, RegularFile | mode, content.Length);
        Write(content);
        Pad();
    }

    /// <summary>Adds a file from the disk. The format allows at most 4 GiB - 1.</summary>
    public void AddFile(string name, uint mode, string path)
    {
        using var file = File.OpenRead(path);
        var expected = file.Length;
        AddHeader(name, RegularFile | mode, expected);
        file.CopyTo(output);
        if (file.Position != expected)
            throw new IOException($"{path} changed while it was copied.");
        _length += expected;
        Pad();
    }

    /// <summary>Writes the trailer; the stream stays open.</summary>
    public void Dispose() => AddHeader("TRAILER!!!", 0, 0);

    private void AddHeader(string name, uint mode, long size, uint links = 1, uint deviceMajor = 0, uint deviceMinor = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, uint.MaxValue);
        var nameBytes = Encoding.UTF8.GetBytes(name + '\0');
        uint[] fields = [_inode++, mode, 0, 0, links, 0, (uint)size, 0, 0, deviceMajor, deviceMinor, (uint)nameBytes.Length, 0];
        Write(Encoding.ASCII.GetBytes("070701" + string.Concat(fields.Select(field => field.ToString("X8")))));
        Write(nameBytes);
        Pad();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        _length += bytes.Length;
    }

    private void Pad() => Write("\0\0\0"u8[..(int)(-_length & 3)]);
}
