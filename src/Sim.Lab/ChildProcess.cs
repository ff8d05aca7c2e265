// SPDX-License-Identifier: MIT
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Sim.Lab;

/// <summary>A process that leads its own session and process group. So Ctrl-C at the terminal does not reach the process, and its child
/// processes end with it.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int LongestLine = 1 << 16;

    private readonly Process _process;
    private readonly ManualResetEventSlim _started = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Lock _group = new(), _lines = new();
    private LabException? _startError;
    private Stream? _input;
    private bool _groupIsGone, _linesAreOver;

    /// <param name="command">The program and its arguments. The program must lead its own group, as <c>setsid</c> arranges.</param>
    /// <param name="environment">The environment variables to set.</param>
    /// <param name="outputLine">Receives each line of standard output, on another thread.</param>
    /// <param name="errorLine">Receives each line of standard error, never at the same time as <paramref name="outputLine"/>.</param>
    /// <param name="ended">Called once, when the process has ended and all its lines were taken.</param>
    /// <exception cref="LabException">Thrown if the program cannot be started.</exception>
    public ChildProcess(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment,
        Action<string> outputLine, Action<string> errorLine, Action? ended = null)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command.Skip(1))
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        foreach (var (name, value) in environment)
            _process.StartInfo.Environment[name] = value;
        // PR_SET_PDEATHSIG fires when the thread that forked ends, not the process: it must be a thread that stays.
        new Thread(() => Own(outputLine, errorLine, ended)) { IsBackground = true, Name = command[0] }.Start();
        _started.Wait();
        if (_startError is not null)
        {
            _process.Dispose();
            throw _startError;
        }
    }

    /// <summary>The id of the process and of its group.</summary>
    public int Id { get; private set; }

    /// <summary>The exit code; valid after the process has ended.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Sends a line to standard input. If the process no longer reads, the line is lost.</summary>
    public void SendLine(string line)
    {
        try
        {
            _input!.Write(Encoding.UTF8.GetBytes(line + '\n'));
            _input.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The process has ended: the caller sees this when it waits for the answer.
        }
    }

    /// <summary>Waits until the process has ended and its lines were received. Returns false after the timeout.</summary>
    public bool WaitForEnd(TimeSpan timeout, CancellationToken cancellation = default) => _ended.Wait(timeout, cancellation);

    /// <summary>Asks the whole process group to end, and does not wait for its end.</summary>
    public void End()
    {
        lock (_group)
        {
            if (!_groupIsGone)
                Libc.EndGroup(Id);
        }
    }

    /// <summary>Kills the whole process group, and does not wait for its end.</summary>
    public void Kill()
    {
        lock (_group)
        {
            if (_groupIsGone)
                return;
            // In its first moments it leads no group yet, and a signal to the group would reach nobody.
            _process.Kill();
            Libc.KillGroup(Id);
        }
    }

    /// <summary>Kills the whole process group, and waits for its end.</summary>
    public void Dispose()
    {
        Kill();
        _ended.Wait(TimeSpan.FromSeconds(10));
    }

    private void Own(Action<string> outputLine, Action<string> errorLine, Action? ended)
    {
        try
        {
            _process.Start();
            Id = _process.Id;
            _input = _process.StandardInput.BaseStream; // from now on CloseInput closes it, not the process
        }
        catch (Win32Exception e)
        {
            _startError = new LabException(LabFailure.MissingPackage,
                $"The program '{_process.StartInfo.FileName}' cannot be started ({e.Message}). Install it; on Debian it is in the package util-linux.",
                inner: e);
            return;
        }
        finally
        {
            _started.Set();
        }

        var readers = new[] { Read(_process.StandardOutput, outputLine), Read(_process.StandardError, errorLine) };
        _process.WaitForExit();
        ExitCode = _process.ExitCode;
        lock (_group)
        {
            // End the processes that it left behind. Later the number may be another group's.
            Libc.KillGroup(Id);
            _groupIsGone = true;
        }

        foreach (var reader in readers)
            reader.Join(TimeSpan.FromSeconds(5));
        // A reader may still wait for a process that left the group and kept the pipe.
        lock (_lines)
            _linesAreOver = true;
        CloseInput();
        _process.Dispose();
        ended?.Invoke();
        _ended.Set();
    }

    /// <summary>Closes standard input. If the process no longer reads, the flush before the close fails. This method ignores that
    /// failure.</summary>
    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is closed all the same.
        }
    }

    private Thread Read(StreamReader reader, Action<string> take)
    {
        var thread = new Thread(() => ReadLines(reader.BaseStream, Deliver)) { IsBackground = true };
        thread.Start();
        return thread;

        void Deliver(string line)
        {
            lock (_lines)
            {
                if (!_linesAreOver)
                    take(line);
            }
        }
    }

    /// <summary>Splits a stream into lines at line feeds, and drops carriage returns before line feeds. The last line may lack its line
    /// feed.</summary>
    internal static void ReadLines(Stream stream, Action<string> take)
    {
        var buffer = new byte[1 << 14];
        var line = new List<byte>();
        try
        {
            int length;
            while ((length = stream.Read(buffer)) > 0)
            {
                foreach (var value in buffer.AsSpan(0, length))
                {
                    if (value != '\n')
                        line.Add(value);
                    if (value == '\n' || line.Count == LongestLine)
                        Emit();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe was closed: nothing more can be read.
        }

        if (line.Count > 0)
            Emit();

        void Emit()
        {
            var text = Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Clear();
            take(text);
        }
    }
}
