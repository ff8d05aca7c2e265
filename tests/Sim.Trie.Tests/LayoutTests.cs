// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class LayoutTests
{
    [Fact]
    public void A_node_has_the_kernels_72_bytes_and_offsets()
    {
        Assert.Equal(72, sizeof(allowedips_node));
        (string, int)[] offsets =
        [
            ("peer", 0), ("bit", 8), ("cidr", 24), ("bit_at_a", 25), ("bit_at_b", 26), ("bitlen", 27), ("bits", 32),
            ("parent_bit_packed", 48), ("peer_list", 56),
        ];
        foreach (var (field, offset) in offsets)
            Assert.Equal((field, offset), (field, (int)Marshal.OffsetOf<allowedips_node>(field)));
    }

    [Fact]
    public void A_peer_has_the_kernels_1520_bytes() => Assert.Equal(1520, sizeof(wg_peer));

    [Fact]
    public void Nodes_and_peers_are_accounted_in_caches_of_their_own()
    {
        using var harness = new TrieHarness(3);
        for (var i = 0u; i < 57; i++)
            harness.Insert(Prefix.OfV4(0, (int)(i % 33)), 0);
        var nodes = Assert.Single(harness.Memory.Account(), line => line.Cache == "allowedips_node");
        Assert.Equal((72, 33L, 33L * 72, 1L, 4096L), (nodes.ObjectSize, nodes.Objects, nodes.ObjectBytes, nodes.Slabs, nodes.PageBytes));
        var peers = Assert.Single(harness.Memory.Account(), line => line.Cache == "wg_peer");
        Assert.Equal((1520, 3L), (peers.ObjectSize, peers.Objects));
    }

    [Fact]
    public void Bits_are_kept_in_host_order_and_the_branch_bit_is_found_in_them()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(Prefix.Parse("10.1.2.0/23"), 0, UInt128.MaxValue);
        var v4 = harness.Trie.FindNodeV4(0x0A010203);
        Assert.Equal(0x0A0103FFu, *(uint*)v4->bits);
        Assert.Equal((23, 32), (v4->cidr, v4->bitlen));
        // Bit 23 of the address is the lowest of its third byte, which a little-endian u32 keeps at index 1.
        Assert.Equal((BitConverter.IsLittleEndian ? 1 : 2, 0), (v4->bit_at_a, v4->bit_at_b));

        harness.Insert(Prefix.Parse("2001:db8:0:0:8000::/65"), 0);
        var v6 = harness.Trie.FindNodeV6(Prefix.Parse("2001:db8::8000:0:0:1").Address);
        Assert.Equal((0x20010DB800000000ul, 0x8000000000000000ul), (((ulong*)v6->bits)[0], ((ulong*)v6->bits)[1]));
        Assert.Equal((BitConverter.IsLittleEndian ? 15 : 8, 6), (v6->bit_at_a, v6->bit_at_b));
    }

    [Theory]
    [InlineData("0.0.0.0/0", 2)]
    [InlineData("255.255.255.254/31", 2)]
    [InlineData("192.0.2.1/32", 2)]
    [InlineData("172.16.0.0/12", 2)]
    [InlineData("::/0", 10)]
    [InlineData("8000::/1", 10)]
    [InlineData("2001:db8::/63", 10)]
    [InlineData("2001:db8:0:0:8000::/65", 10)]
    [InlineData("2001:db8::1/128", 10)]
    public void Reading_a_node_gives_the_masked_prefix_in_network_order_and_its_family(string text, int family)
    {
        var prefix = Prefix.Parse(text);
        using var harness = new TrieHarness(1);
        harness.Insert(prefix, 0, UInt128.MaxValue);
        var ip = stackalloc ulong[2];
        foreach (var node in harness.Trie.Nodes(prefix.Family))
        {
            Assert.Equal(prefix, AllowedIps.ReadNode(node.Node));
            Assert.Equal(family, AllowedIps.ReadNode(node.Node, (byte*)ip, out var cidr));
            Assert.Equal(prefix.Length, cidr);
            var wire = new byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(wire, prefix.Address);
            var size = prefix.Family.Bits() / 8;
            Assert.Equal(wire[..size], new ReadOnlySpan<byte>(ip, size).ToArray());
        }
    }
}
