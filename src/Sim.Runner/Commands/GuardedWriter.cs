// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Runner.Commands;

/// <summary>Standard output cannot be written, because its file system is full or because standard output was closed.</summary>
internal sealed class StandardOutputException(string message, Exception inner) : IOException(message, inner)
{
    public StandardOutputException(Exception inner)
        : this($"standard output could not be written ({inner.Message.TrimEnd('.')})", inner) { }
}

/// <summary>Passes text on to a standard stream, and passes write errors to a handler.</summary>
/// <param name="inner">The writer of the stream.</param>
/// <param name="failed">Receives each write error. Writing continues unless this handler throws.</param>
internal sealed class GuardedWriter(TextWriter inner, Action<Exception> failed) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;
    public override void Write(char value) => Try(() => inner.Write(value));
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));
    public override void Write(string? value) => Try(() => inner.Write(value));
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            failed(error);
        }
    }
}
