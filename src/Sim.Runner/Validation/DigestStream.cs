// SPDX-License-Identifier: MIT
using Sim.Kernel.Netlink;

namespace Sim.Runner.Validation;

/// <summary>A stream that keeps only the digest of the text written to it.</summary>
internal sealed class DigestStream : Stream
{
    private Digest64 _digest;

    public ulong Digest => _digest.Value;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => _digest.AddText(buffer);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
