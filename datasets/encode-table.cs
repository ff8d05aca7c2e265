// SPDX-License-Identifier: MIT
// Codes a list of prefixes as the embedded table: dotnet run encode-table.cs -- LIST NAME FOLDER
#:project ../src/Sim.Workloads/Sim.Workloads.csproj
using Sim.Workloads.Tables;

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: dotnet run encode-table.cs -- LIST NAME FOLDER");
    return 2;
}

using var list = File.OpenRead(args[0]);
var (v4, v6) = EmbeddedTable.Make(list, args[1], args[2]);
Console.WriteLine($"embedded-ipv4.bin {v4} bytes, embedded-ipv6.bin {v6} bytes");
return 0;
