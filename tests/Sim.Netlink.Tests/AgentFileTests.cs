// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

public sealed class AgentFileTests
{
    [Fact]
    public void An_IPv4_operation_takes_eight_bytes()
    {
        var bytes = BindOperations.ToBytes([
            new(Prefix.Parse("192.0.2.128/25"), BindKind.Add, 0x0102),
            new(Prefix.Parse("0.0.0.0/0"), BindKind.Delete, 0),
            new(Prefix.Parse("10.0.0.1/32"), BindKind.Move, 0xFFFF),
        ]);
        Assert.Equal("C000028019000201" + "0000000000010000" + "0A0000012002FFFF", Hex.Of(bytes));
    }

    [Fact]
    public void An_IPv6_operation_takes_twenty_bytes()
    {
        var bytes = BindOperations.ToBytes([new(Prefix.Parse("2001:db8::1/128"), BindKind.Move, 3)]);
        Assert.Equal("20010DB8000000000000000000000001" + "80020300", Hex.Of(bytes));
    }

    [Fact]
    public void A_file_holds_what_the_bytes_are_however_long_it_is()
    {
        var operations = new BindOperation[10_000];
        for (var i = 0; i < operations.Length; i++)
            operations[i] = new(Prefix.OfV4((uint)i << 8, 24), BindKind.Add, (ushort)(i % 7));
        using var file = new MemoryStream();
        BindOperations.Write(file, operations);
        Assert.Equal(80_000, file.Length);
        Assert.Equal(BindOperations.ToBytes(operations), file.ToArray());
    }

    [Fact]
    public void Mixed_families_are_refused_wherever_the_change_is()
    {
        var operations = new BindOperation[9_000];
        Array.Fill(operations, new(Prefix.Parse("10.0.0.0/8"), BindKind.Add, 0), 0, 8192);
        Array.Fill(operations, new(Prefix.Parse("2001:db8::/32"), BindKind.Add, 0), 8192, 808);
        Assert.Throws<ArgumentException>(() => BindOperations.ToBytes(operations));
        Assert.Throws<ArgumentException>(() => BindOperations.Write(Stream.Null, operations));
    }

    [Fact]
    public void No_operations_are_an_empty_file() => Assert.Empty(BindOperations.ToBytes([]));

    [Fact]
    public void Keys_are_addresses_in_network_order()
    {
        uint[] v4 = [0x0A000001, 0xC0000201];
        UInt128[] v6 = [Prefix.Parse("2001:db8::1").Address];
        Assert.Equal("0A000001C0000201", Hex.Of(KeyFile.ToBytes(v4)));
        Assert.Equal("20010DB8000000000000000000000001", Hex.Of(KeyFile.ToBytes(v6)));
        using var file = new MemoryStream();
        KeyFile.Write(file, v4);
        KeyFile.Write(file, v6);
        Assert.Equal(KeyFile.ToBytes(v4).Concat(KeyFile.ToBytes(v6)), file.ToArray());
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        BindOperation[] v4 = [new(Prefix.Parse("192.0.2.128/25"), BindKind.Add, 0x0102), new(Prefix.Parse("0.0.0.0/0"), BindKind.Move, 7)];
        BindOperation[] v6 = [new(Prefix.Parse("2001:db8::1/128"), BindKind.Delete, 0xFFFF)];
        uint[] keys4 = [0x0A000001, uint.MaxValue];
        UInt128[] keys6 = [Prefix.Parse("2001:db8::1").Address, UInt128.MaxValue];
        Assert.Equal(v4, BindOperations.FromBytes(Family.IPv4, BindOperations.ToBytes(v4)));
        Assert.Equal(v6, BindOperations.FromBytes(Family.IPv6, BindOperations.ToBytes(v6)));
        Assert.Equal(keys4, KeyFile.V4FromBytes(KeyFile.ToBytes(keys4)));
        Assert.Equal(keys6, KeyFile.V6FromBytes(KeyFile.ToBytes(keys6)));
    }

    [Fact]
    public void A_file_cut_inside_a_record_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => BindOperations.FromBytes(Family.IPv4, new byte[15]));
        Assert.Throws<InvalidDataException>(() => BindOperations.FromBytes(Family.IPv6, new byte[8]));
        Assert.Throws<InvalidDataException>(() => KeyFile.V4FromBytes(new byte[6]));
        Assert.Throws<InvalidDataException>(() => KeyFile.V6FromBytes(new byte[20]));
    }

    [Fact]
    public void The_name_says_the_family()
    {
        Assert.Equal("load.4", AgentFile.Name("load", Family.IPv4));
        Assert.Equal("load.6", AgentFile.Name("load", Family.IPv6));
    }
}
