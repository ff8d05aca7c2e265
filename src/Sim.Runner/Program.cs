// SPDX-License-Identifier: MIT
using Sim.Runner.Commands;

Console.SetError(new LenientWriter(Console.Error));
return await CommandLine.RunAsync(args);
