// SPDX-License-Identifier: MIT
namespace Sim.Files;

/// <summary>The reader of a pipe has closed the pipe. Nothing has failed, but nobody reads the rest of the output.</summary>
public sealed class ReaderGoneException(string name) : IOException($"{name}: its reader is gone");

/// <summary>Writes into a pipe, a device or standard output with <c>write(2)</c>. A missing or slow reader blocks the system calls, so they
/// run on another thread. A cancellation ends the wait.</summary>
public sealed class InPlaceStream(string name, Func<SafeFileHandle> open, CancellationToken cancel) : Stream
{
    private SafeFileHandle? _file;
    private long _written;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => _written; set => throw new NotSupportedException(); }
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <exception cref="ReaderGoneException">Thrown if the pipe's reader has closed the pipe.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the command was cancelled during the wait.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // The writer may stay in its system call after the wait has ended, so it gets its own copy of the bytes.
        var bytes = buffer.ToArray();
        Wait(Task.Run(() =>
        {
            _file ??= open();
            WriteAll(_file, bytes);
        }, CancellationToken.None));
        _written += bytes.Length;
    }

    public override void Flush() { }

    /// <summary>Opens the file if nothing was written. The waiting reader of a FIFO then sees an empty file.</summary>
    public void Finish() => Write([]);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file?.Dispose();
        base.Dispose(disposing);
    }

    private void Wait(Task task)
    {
        try
        {
            task.Wait(cancel);
        }
        catch (AggregateException failed) when (failed.InnerException is { } reason)
        {
            throw reason is IOException { HResult: Posix.BrokenPipe } ? new ReaderGoneException(name) : reason;
        }
    }

    private unsafe void WriteAll(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint count;
            fixed (byte* first = bytes)
                count = Posix.Write(file, first, bytes.Length);
            if (count >= 0)
            {
                bytes = bytes[(int)count..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Posix.TryAgain)
                WaitForRoom(file);
            else if (error != Posix.Interrupted)
                throw Posix.Failure(name, error);
        }
    }

    /// <summary>Waits for room in a terminal or pipe that another process made non-blocking.</summary>
    private static void WaitForRoom(SafeFileHandle file)
    {
        var held = false;
        file.DangerousAddRef(ref held);
        var room = new Posix.PollDescriptor { Descriptor = (int)file.DangerousGetHandle(), Events = Posix.PollOut };
        _ = Posix.Poll(ref room, 1, -1);
        file.DangerousRelease();
    }
}
