// SPDX-License-Identifier: MIT
// Writes the embedded table as the lab's operations (kernel-patch/vm/README.md, "Files"), each prefix for peer 0 to 7 in turn:
// dotnet run print-embedded.cs -- FAMILY FILE, with FAMILY 4 or 6
#:project ../src/Sim.Workloads/Sim.Workloads.csproj
using Sim.Workloads.Tables;

if (args.Length != 2 || !byte.TryParse(args[0], out var number) || number is not (4 or 6))
{
    Console.Error.WriteLine("usage: dotnet run print-embedded.cs -- FAMILY FILE");
    return 2;
}

var family = (Sim.Kernel.Family)number;
var bytes = family == Sim.Kernel.Family.IPv4 ? 4 : 16;
var record = new byte[bytes + 4];
var whole = new byte[16];
var peer = 0;
using var file = new BufferedStream(File.Create(args[1]));
foreach (var prefix in EmbeddedTable.LoadPrefixes(family))
{
    System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(whole, prefix.Address);
    whole.AsSpan(0, bytes).CopyTo(record);
    record[bytes] = prefix.Length;
    record[bytes + 2] = (byte)(peer++ % 8);
    file.Write(record);
}

Console.WriteLine(peer);
return 0;
