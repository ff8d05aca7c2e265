// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

public sealed class ShapeTests
{
    /// <summary>
    /// What thresholds and the order of resizing decide, no answer of a lookup shows. The digest over return values and
    /// shapes after each of 9,000 operations is that of fib_trie.c of Linux 6.12 compiled into a program of its own.
    /// </summary>
    [Fact]
    public void Every_shape_on_the_way_is_the_one_the_kernels_code_makes()
    {
        using var memory = new KernelMemory();
        using var net = new FibNet(memory);
        using var table = new FibTable(net, 100);
        var digest = 0ul;
        foreach (var op in ShapeScript.Ops(9000))
        {
            ShapeScript.Mix(ref digest, (uint)ShapeScript.Apply(op, net, table));
            ShapeScript.Mix(ref digest, ShapeScript.Digest(table));
        }

        Assert.Equal(0xA194E0E4A3B1B611, digest);
    }
}
