// SPDX-License-Identifier: MIT
using Sim.Runner.Commands;

return await CommandLine.RunAsync(args);
