// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Runner.Commands;

/// <summary>
/// Writes to standard error as long as somebody listens. A warning that cannot be written (a closed descriptor, a full device)
/// must not change what a command does, nor its exit code.
/// </summary>
internal sealed class LenientWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The exit code says what the line would have said.
        }
    }
}
