// SPDX-License-Identifier: MIT
using System.Numerics;
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

public sealed class Digest64Tests
{
    /// <summary>The definition, in integers without a width.</summary>
    private static ulong Defined(params uint[] words)
    {
        var modulus = BigInteger.One << 64;
        BigInteger h = 0xCBF29CE484222325;
        foreach (var word in words)
        {
            h = (h ^ word) * 0x9E3779B97F4A7C15 % modulus;
            h ^= h >> 32;
        }

        return (ulong)h;
    }

    [Fact]
    public void Nothing_has_the_digest_the_definition_begins_from()
    {
        Assert.Equal(0xCBF29CE484222325, default(Digest64).Value);
        Assert.Equal("cbf29ce484222325", new Digest64().ToString());
    }

    [Fact]
    public void Words_are_mixed_as_defined()
    {
        var digest = default(Digest64);
        digest.Add(0);
        Assert.Equal(Defined(0), digest.Value);
        digest.Add(0xFFFFFFFF);
        digest.Add(0x80000001);
        Assert.Equal(Defined(0, 0xFFFFFFFF, 0x80000001), digest.Value);
    }

    [Fact]
    public void Bytes_are_little_endian_words()
    {
        var digest = default(Digest64);
        digest.AddBytes([1, 2, 3, 4, 0xFF, 0, 0, 0x80]);
        Assert.Equal(Defined(0x04030201, 0x800000FF), digest.Value);
    }

    [Fact]
    public void Bytes_that_are_not_whole_words_are_refused() =>
        Assert.Throws<ArgumentException>(() => new Digest64().AddBytes([1, 2, 3, 4, 5]));

    [Fact]
    public void Addresses_are_the_words_that_lie_in_memory()
    {
        var digest = default(Digest64);
        digest.AddAddress(Family.IPv4, Prefix.Parse("10.1.2.3").Address);
        digest.AddAddress(Family.IPv6, Prefix.Parse("2001:db8::a:b").Address);
        Assert.Equal(Defined(0x0302010A, 0xB80D0120, 0, 0, 0x0B000A00), digest.Value);
    }

    [Fact]
    public void The_order_of_words_counts()
    {
        Digest64 forward = default, backward = default;
        forward.Add(1);
        forward.Add(2);
        backward.Add(2);
        backward.Add(1);
        Assert.NotEqual(forward, backward);
    }
}
