// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Sizes and offsets as the compiler gives them for the lab's User-Mode Linux 6.12 on x86-64 (offsetof, sizeof).</summary>
public sealed unsafe class Fib6LayoutTests
{
    [Fact]
    public void Structures_have_the_kernels_sizes()
    {
        Assert.Equal(Fib6Node.Size, sizeof(Fib6Node) + sizeof(Fib6NodeTail));
        Assert.Equal(64, Fib6Node.Size);
        Assert.Equal(20, sizeof(Rt6Key));
        Assert.Equal(160, sizeof(Fib6Info));
        Assert.Equal(24, sizeof(Fib6InfoTail));
        Assert.Equal(184, Fib6Info.HeaderSize(Fib6Net.InfoLayout(KernelRelease.Linux6_12)));
        Assert.Equal(200, Fib6Info.HeaderSize(Fib6Net.InfoLayout(KernelRelease.Linux7_3)));
        Assert.Equal(88, sizeof(Fib6Nh));
        Assert.True(sizeof(Fib6Nh) <= sizeof(FibNh), "they share the place in nh_info");
        using var fib = new Fib6Fixture();
        Assert.Equal(64, fib.Net.NodeCache.ObjectSize);
        Assert.Equal(64, fib.Net.NodeCache.ObjectsPerSlab);
        Assert.Equal(1, fib.Objects("kmalloc-128")); // struct fib6_table, 120 bytes
    }

    [Fact]
    public void Fields_lie_where_the_kernels_do()
    {
        var tail = sizeof(Fib6Node);
        Assert.Equal(24, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.leaf)));
        Assert.Equal(32, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.fn_bit)));
        Assert.Equal(34, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.fn_flags)));
        Assert.Equal(36, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.fn_sernum)));
        Assert.Equal(40, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.rr_ptr)));
        Assert.Equal(48, tail + OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.rcu)));
        Assert.Equal(Fib6NodeTail.RcuOffset, OffsetOf<Fib6NodeTail>(nameof(Fib6NodeTail.rcu)));
        Assert.Equal(24, OffsetOf<Fib6TableHead>(nameof(Fib6TableHead.tb6_root)));
        Assert.Equal(72, OffsetOf<Fib6Nh>(nameof(Fib6Nh.rt6i_pcpu)));
        Assert.Equal(80, OffsetOf<Fib6Nh>(nameof(Fib6Nh.rt6i_exception_bucket)));
        Assert.Equal(40, OffsetOf<NextHop>(nameof(NextHop.f6i_list)));
    }

    [Theory]
    [InlineData(nameof(Fib6Info.fib6_next), 8)]
    [InlineData(nameof(Fib6Info.fib6_node), 16)]
    [InlineData(nameof(Fib6Info.fib6_siblings), Fib6Info.SiblingsOffset)]
    [InlineData(nameof(Fib6Info.fib6_nsiblings), 40)]
    [InlineData(nameof(Fib6Info.fib6_ref), 44)]
    [InlineData(nameof(Fib6Info.expires), 48)]
    [InlineData(nameof(Fib6Info.gc_link), 56)]
    [InlineData(nameof(Fib6Info.fib6_metrics), 72)]
    [InlineData(nameof(Fib6Info.fib6_dst), 80)]
    [InlineData(nameof(Fib6Info.fib6_flags), 100)]
    [InlineData(nameof(Fib6Info.fib6_src), 104)]
    [InlineData(nameof(Fib6Info.fib6_prefsrc), 124)]
    [InlineData(nameof(Fib6Info.fib6_metric), 144)]
    [InlineData(nameof(Fib6Info.fib6_type), 149)]
    [InlineData(nameof(Fib6Info.offload_failed), 152)]
    public void A_routes_fields_lie_where_the_kernels_do(string field, int offset) =>
        Assert.Equal(offset, OffsetOf<Fib6Info>(field));

    /// <summary>rcu, nh and fib6_nh: 7.3 has purge_link before them.</summary>
    [Theory]
    [InlineData(KernelRelease.Linux6_12, 160)]
    [InlineData(KernelRelease.Linux7_3, 176)]
    public void The_end_of_a_route_lies_where_its_release_has_it(KernelRelease release, int rcu)
    {
        using var fib = new Fib6Fixture(slub: SlubConfig.Uniprocessor with { Release = release });
        var route = fib.Net.NullEntry;
        Assert.Equal(rcu, (byte*)&Fib6Info.Tail(route)->rcu - (byte*)route);
        Assert.Equal(rcu + 16, (byte*)&Fib6Info.Tail(route)->nh - (byte*)route);
        Assert.Equal(rcu + 24, (byte*)Fib6Info.InlineNh(route) - (byte*)route);
    }

    /// <summary>72 bytes, and SLAB_HWCACHE_ALIGN: half of a slot is lost.</summary>
    [Fact]
    public void With_subtrees_a_node_takes_two_cache_lines()
    {
        using var fib = new Fib6Fixture(options: new Fib6Options { Subtrees = true }, slub: new SlubConfig(2, Multiprocessor: true));
        Assert.Equal(128, fib.Net.NodeCache.ObjectSize);
        Assert.Equal(32, (byte*)fib.Table.Tail(fib.Table.Root) - (byte*)fib.Table.Root);
        Assert.Equal(1, fib.Objects("kmalloc-192")); // struct fib6_table, 136 bytes
        Assert.Equal(0, fib.Add("2001:db8::/32"));
        Assert.Equal(0, fib.Add("2001:db9::/32"));
        Assert.Equal(3, fib.Objects("fib6_node"));
    }

    private static int OffsetOf<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
