// SPDX-License-Identifier: MIT
using Microsoft.Win32.SafeHandles;
using Sim.Files;

namespace Sim.Workloads.Files;

/// <summary>An input that the command line names: a regular file, a FIFO, a pipe of the shell (<c>/dev/fd/63</c>), a device, or <c>-</c>
/// for standard input. An input that must be read again but cannot be rewound is first copied to a temporary file. Cancelling the command
/// ends both the opening and the reading of the file.</summary>
public sealed class InputFile(FileInfo file, bool again, IWorkProgress progress, CancellationToken cancel)
{
    private const string StandardInputName = "-";
    private const double Megabyte = 1e6;

    private static int s_standardInputTaken;

    private FileStream? _copy;

    public string Name => file.ToString();

    /// <summary>The file's name without its folder, for progress messages.</summary>
    public string ShortName => Name == StandardInputName ? "standard input" : Name.StartsWith("/dev/", StringComparison.Ordinal) ? Name : file.Name;

    /// <summary>Returns whether another process can read the input by the same name: it is not standard input, a FIFO or a device.</summary>
    public static bool IsReadableElsewhere(FileInfo file)
    {
        var name = file.ToString();
        return name != StandardInputName && !name.StartsWith("/dev/", StringComparison.Ordinal) && FileStatus.Of(name) is not { Kind: PathKind.Device };
    }

    /// <exception cref="UserException">Thrown if the file does not exist, is a folder, or may not be read.</exception>
    /// <exception cref="OperationCanceledException">Thrown if the command was cancelled before a FIFO had a writer.</exception>
    public Stream Open()
    {
        if (_copy is null)
        {
            var stream = Name == StandardInputName ? StandardInput(cancel) : OpenNamed();
            if (stream.CanSeek)
                return stream;
            var pipe = stream as PipeStream ?? new PipeStream(Name, stream, cancel);
            if (!again)
                return pipe;
            _copy = Copy(pipe);
        }

        // The copy has no name, so each reading uses its handle, with its own position.
        return new FileStream(new SafeFileHandle(_copy.SafeFileHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Read, bufferSize: 0) { Position = 0 };
    }

    /// <summary>Opens standard input. A command can use standard input for only one of its inputs.</summary>
    /// <exception cref="UserException">Thrown if standard input is closed, or another input already uses it.</exception>
    public static Stream StandardInput(CancellationToken cancel)
    {
        if (!Descriptor.IsInherited(0))
            throw new UserException("standard input is closed; name a file, or redirect one to it");
        return Interlocked.Exchange(ref s_standardInputTaken, 1) == 0
            ? new PipeStream("standard input", Console.OpenStandardInput(), cancel)
            : throw new UserException("standard input (-) can be one input only; name a file for the other");
    }

    private FileStream OpenNamed()
    {
        try
        {
            if (Descriptor.IsClosed(RealPath.Of(Name)))
                throw new UserException($"{Name} is closed; name a file, or redirect one to it");
            // No buffer, because every reader has its own large one. While nobody writes to a FIFO, open(2) waits.
            return Task.Run(
                () => new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan),
                CancellationToken.None).WaitAsync(cancel).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException($"{Name}: no such file");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException(Directory.Exists(file.FullName) ? $"{Name} is a folder; name a file" : $"{Name}: {error.Message}");
        }
    }

    private FileStream Copy(PipeStream pipe)
    {
        progress.Step($"copy {ShortName} to a temporary file", 0, "MB");
        var copy = TemporaryFile.Open("input");
        var buffer = new byte[1 << 16];
        using (pipe)
        {
            for (int read; (read = pipe.Read(buffer)) > 0; progress.Done(copy.Length / Megabyte))
                copy.Write(buffer, 0, read);
        }

        return copy;
    }

    /// <summary>A pipe as an input. Reads may block for ever, so they run on another thread, which is abandoned on cancellation.</summary>
    private sealed class PipeStream(string name, Stream source, CancellationToken cancel) : ForwardStream
    {
        // An abandoned read may still write into it.
        private readonly byte[] _buffer = new byte[1 << 16];

        public override int Read(Span<byte> buffer)
        {
            var most = Math.Min(buffer.Length, _buffer.Length);
            try
            {
                var read = Task.Run(() => source.Read(_buffer, 0, most), CancellationToken.None).WaitAsync(cancel).GetAwaiter().GetResult();
                _buffer.AsSpan(0, read).CopyTo(buffer);
                return read;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{name} cannot be read: {error.Message}");
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                source.Dispose();
            base.Dispose(disposing);
        }
    }
}
