// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Fib;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Sizes measured on Linux 6.12 x86-64, and offsets that follow from the headers.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void Structures_have_the_kernels_sizes()
    {
        Assert.Equal(16, sizeof(KeyVector));
        Assert.Equal(TNode.LeafSize, sizeof(TNode));
        Assert.Equal(48, TNode.Size(1));
        Assert.Equal(40, TNode.Size(0));
        Assert.Equal(40 + 8 * 256, TNode.Size(256));
        Assert.Equal(56, sizeof(FibAlias));
        Assert.Equal(72, sizeof(FibNhCommon));
        Assert.Equal(104, sizeof(FibNh));
        Assert.Equal(FibInfo.HeaderSize, sizeof(FibInfo));
        Assert.Equal(128 + 104, FibInfo.Size(1));
        Assert.Equal(136, sizeof(NextHop));
        Assert.Equal(136, sizeof(NhInfo));
        Assert.Equal(64, sizeof(TableHead));
        Assert.Equal(64, sizeof(LwtunnelState));
        Assert.Equal(104, sizeof(RoutePeer));
    }

    [Fact]
    public void Fields_lie_where_the_code_looks_for_them()
    {
        Assert.Equal(TNode.KvOffset, OffsetOf<TNode>(nameof(TNode.kv)));
        Assert.Equal(24, OffsetOf<TNode>(nameof(TNode.parent)));
        Assert.Equal(8, OffsetOf<KeyVector>(nameof(KeyVector.leaf)));
        Assert.Equal(FibAlias.RcuOffset, OffsetOf<FibAlias>(nameof(FibAlias.rcu)));
        Assert.Equal(FibInfo.RcuOffset, OffsetOf<FibInfo>(nameof(FibInfo.rcu)));
        Assert.Equal(NextHop.RcuOffset, OffsetOf<NextHop>(nameof(NextHop.rcu)));
        Assert.Equal(TableHead.RcuOffset, OffsetOf<TableHead>(nameof(TableHead.rcu)));
        Assert.Equal(LwtunnelState.RcuOffset, OffsetOf<LwtunnelState>(nameof(LwtunnelState.rcu)));
        Assert.Equal(56, OffsetOf<LwtunnelState>(nameof(LwtunnelState.peer)));
        Assert.Equal(RoutePeer.RcuOffset, OffsetOf<RoutePeer>(nameof(RoutePeer.rcu)));
        Assert.Equal(16, OffsetOf<FibNhCommon>(nameof(FibNhCommon.nhc_lwtstate)));
        Assert.Equal(72, OffsetOf<FibNh>(nameof(FibNh.nh_hash)));
        Assert.Equal(32, OffsetOf<NhInfo>(nameof(NhInfo.fib_nh)));
        Assert.Equal(16, OffsetOf<FibInfo>(nameof(FibInfo.fib_lhash)));
        Assert.Equal(32, OffsetOf<FibInfo>(nameof(FibInfo.nh_list)));
    }

    private static int OffsetOf<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
