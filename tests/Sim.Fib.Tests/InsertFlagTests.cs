// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>What NLM_F_CREATE, EXCL, REPLACE and APPEND do, and the order of the routes of a leaf.</summary>
public sealed class InsertFlagTests
{
    private const NlmFlags C = NlmFlags.Create;
    private const NlmFlags E = NlmFlags.Excl;
    private const NlmFlags R = NlmFlags.Replace;
    private const NlmFlags A = NlmFlags.Append;

    /// <summary>
    /// There are routes of one prefix through peers 1 and 2, in this order, or none; a request for the same prefix
    /// through a peer comes. Expected: the error, and the peers afterwards.
    /// </summary>
    [Theory]
    // nothing there: CREATE decides
    [InlineData("", 7, C | E, 0, "7")]
    [InlineData("", 7, C, 0, "7")]
    [InlineData("", 7, C | A, 0, "7")]
    [InlineData("", 7, C | R, 0, "7")]
    [InlineData("", 7, NlmFlags.None, -Errno.ENOENT, "")]
    [InlineData("", 7, E, -Errno.ENOENT, "")]
    [InlineData("", 7, R, -Errno.ENOENT, "")]
    [InlineData("", 7, A, -Errno.ENOENT, "")]
    // the same key, another nexthop
    [InlineData("1 2", 7, C | E, -Errno.EEXIST, "1 2")] // ip route add
    [InlineData("1 2", 7, C, 0, "7 1 2")] // ip route prepend
    [InlineData("1 2", 7, C | A, 0, "1 2 7")] // ip route append
    [InlineData("1 2", 7, C | R, 0, "7 2")] // ip route replace
    [InlineData("1 2", 7, R, 0, "7 2")] // ip route change
    [InlineData("1 2", 7, C | R | A, 0, "7 2")]
    [InlineData("1 2", 7, C | R | E, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 7, NlmFlags.None, -Errno.ENOENT, "1 2")]
    [InlineData("1 2", 7, A, -Errno.ENOENT, "1 2")]
    [InlineData("1 2", 7, E, -Errno.EEXIST, "1 2")]
    // equal to the first
    [InlineData("1 2", 1, C | E, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 1, C, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 1, C | A, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 1, C | R, 0, "1 2")]
    [InlineData("1 2", 1, R, 0, "1 2")]
    [InlineData("1 2", 1, NlmFlags.None, -Errno.EEXIST, "1 2")]
    // equal to the second
    [InlineData("1 2", 2, C, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 2, C | A, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 2, C | R, -Errno.EEXIST, "1 2")]
    [InlineData("1 2", 2, R, -Errno.EEXIST, "1 2")]
    public void Each_combination_of_flags_does_what_the_kernel_does(
        string before, int peer, NlmFlags flags, int error, string after)
    {
        using var fib = new Fixture();
        foreach (var there in before.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Assert.Equal(0, fib.Table.Insert(Request(int.Parse(there), C | A)));
        Assert.Equal(error, fib.Table.Insert(Request(peer, flags)));
        Assert.Equal(after, fib.Peers());
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void Another_priority_or_dscp_is_another_key()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Table.Insert(Request(1, C | E)));
        Assert.Equal(-Errno.EEXIST, fib.Table.Insert(Request(2, C | E)));
        Assert.Equal(0, fib.Table.Insert(Request(2, C | E) with { Priority = 10 }));
        Assert.Equal(0, fib.Table.Insert(Request(3, C | E) with { Dscp = 8 }));
        Assert.Equal(0, fib.Table.Insert(Request(4, C | E) with { Priority = 5 }));
        Assert.Equal(0, fib.Table.Insert(Request(5, C | E) with { Dscp = 16, Priority = 3 }));
        Assert.Equal("5 3 1 4 2", fib.Peers());
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_leaf_tries_the_longest_prefix_first_then_dscp_then_priority()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8", peer: 8));
        Assert.Equal(0, fib.Add("10.0.0.0/24", peer: 24));
        Assert.Equal(0, fib.Add("10.0.0.0/16", peer: 16));
        Assert.Equal(0, fib.Table.Insert(Fixture.Request("10.0.0.0/16", peer: 17) with { Dscp = 8 }));
        Assert.Equal(0, fib.Table.Insert(Fixture.Request("10.0.0.0/16", peer: 18) with { Priority = 1 }));
        Assert.Equal("24 17 16 18 8", fib.Peers());
        Assert.Equal(24, fib.PeerOf("10.0.0.1"));
        Assert.Equal(16, fib.PeerOf("10.0.1.1"));
        Assert.Equal(17, fib.PeerOf("10.0.1.1", new FlowI4 { Tos = 8 }));
        Assert.Equal(8, fib.PeerOf("10.1.0.0"));
        Assert.Equal(-Errno.EAGAIN, fib.PeerOf("11.0.0.0"));
    }

    [Fact]
    public void A_replaced_route_frees_its_alias_and_its_info_after_the_grace_period()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Table.Insert(Request(1, C | E)));
        fib.Memory.Rcu.GracePeriod();
        var before = fib.Memory.ObjectBytes;
        Assert.Equal(0, fib.Table.Insert(Request(2, R)));
        // The alias, the info, and for the new peer a state and the object that its states share.
        Assert.Equal(before + 56 + 256 + 64 + 128, fib.Memory.ObjectBytes);
        fib.Memory.Rcu.GracePeriod();
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(before, fib.Memory.ObjectBytes);
    }

    [Theory]
    [InlineData("10.0.0.1", 24)]
    [InlineData("10.0.0.0", 33)]
    [InlineData("1.0.0.0", 0)]
    public void A_prefix_with_host_bits_or_too_long_is_refused(string address, int length)
    {
        using var fib = new Fixture();
        var request = Request(1, C | E) with { Dst = Fixture.Address(address), DstLen = (byte)length };
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request));
        Assert.Equal(-Errno.EINVAL, fib.Table.Delete(request));
    }

    [Fact]
    public void A_request_that_contradicts_itself_is_refused()
    {
        using var fib = new Fixture();
        var request = Request(1, C | E);
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Dscp = 1 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { NhId = 1 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Table = 77 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Type = RouteType.Unspec }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Type = RouteType.Nat }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Type = RouteType.Blackhole }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Type = RouteType.Local }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Flags = RtnhFlags.Dead }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Oif = 0 }));
        Assert.Equal(-Errno.ENODEV, fib.Table.Insert(request with { Oif = 0, Peer = 0 }));
        TrieInvariants.Check(fib.Net);
        Assert.Empty(fib.Routes());
    }

    [Fact]
    public void Deletion_takes_the_first_route_that_fits()
    {
        using var fib = new Fixture();
        foreach (var peer in new[] { 1, 2, 3 })
            Assert.Equal(0, fib.Table.Insert(Request(peer, C | A)));
        var delete = FibConfig.Delete(Prefix.Parse("10.0.0.0/24"));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(delete with { Oif = 2 }));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(delete with { Protocol = 99 }));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(delete with { Priority = 1 }));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(delete with { Dscp = 4 }));
        Assert.Equal(-Errno.ESRCH, fib.Delete("10.0.0.0/25"));
        Assert.Equal(-Errno.ESRCH, fib.Delete("10.0.1.0/24"));
        Assert.Equal(0, fib.Table.Delete(delete with { Oif = 1, Peer = 2 }));
        Assert.Equal("1 3", fib.Peers());
        Assert.Equal(0, fib.Table.Delete(delete));
        Assert.Equal("3", fib.Peers());
    }

    [Fact]
    public void Default_routes_are_counted()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("0.0.0.0/0"));
        Assert.Equal(1, fib.Table.DefaultRoutes);
        Assert.Equal(0, fib.Delete("0.0.0.0/0"));
        Assert.Equal(0, fib.Table.DefaultRoutes);
    }

    private static FibConfig Request(int peer, NlmFlags flags) =>
        Fixture.Request("10.0.0.0/24", peer: peer) with { NlFlags = flags };
}
