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
        var bytes = OperationFile.ToBytes([
            BindingChange.Insert(Prefix.Parse("192.0.2.128/25"), 0x0102),
            BindingChange.Delete(Prefix.Parse("0.0.0.0/0"), 0),
            BindingChange.Move(Prefix.Parse("10.0.0.1/32"), 1, 0xFFFF),
            BindingChange.Append(Prefix.Parse("10.0.0.1/32"), 7),
        ]);
        Assert.Equal("C000028019000201" + "0000000000010000" + "0A0000012002FFFF" + "0A00000120030700", Hex.Of(bytes));
    }

    [Fact]
    public void An_IPv6_operation_takes_twenty_bytes()
    {
        var bytes = OperationFile.ToBytes([BindingChange.Move(Prefix.Parse("2001:db8::1/128"), 4, 3)]);
        Assert.Equal("20010DB8000000000000000000000001" + "80020300", Hex.Of(bytes));
    }

    [Fact]
    public void Mixed_families_are_refused_wherever_the_change_is()
    {
        var changes = new BindingChange[9_000];
        Array.Fill(changes, BindingChange.Insert(Prefix.Parse("10.0.0.0/8"), 0), 0, 8192);
        Array.Fill(changes, BindingChange.Insert(Prefix.Parse("2001:db8::/32"), 0), 8192, 808);
        Assert.Throws<ArgumentException>(() => OperationFile.ToBytes(changes));
    }

    [Fact]
    public void No_operations_are_an_empty_file() => Assert.Empty(OperationFile.ToBytes([]));

    [Fact]
    public void Keys_are_addresses_in_network_order()
    {
        UInt128[] v4 = [Prefix.Parse("10.0.0.1").Address, Prefix.Parse("192.0.2.1").Address], v6 = [Prefix.Parse("2001:db8::1").Address];
        Assert.Equal("0A000001C0000201", Hex.Of(KeyFile.ToBytes(Family.IPv4, v4)));
        Assert.Equal("20010DB8000000000000000000000001", Hex.Of(KeyFile.ToBytes(Family.IPv6, v6)));
    }

    [Fact]
    public void The_name_says_the_family()
    {
        Assert.Equal("load.4", AgentFile.Name("load", Family.IPv4));
        Assert.Equal("load.6", AgentFile.Name("load", Family.IPv6));
    }
}
