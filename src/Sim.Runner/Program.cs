// SPDX-License-Identifier: MIT
using Sim.Runner.Commands;

// A warning that cannot be written must not change what a command does, nor its exit code. If standard error was closed, its number belongs
// to a pipe of the runtime, which would read the text as signals.
Console.SetError(Descriptor.IsInherited(2) ? new GuardedWriter(Console.Error, static _ => { }) : TextWriter.Null);
Console.SetOut(new GuardedWriter(Console.Out, static error => throw new StandardOutputException(error)));
return await CommandLine.RunAsync(args);
