// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Kernel.Tests;

/// <summary>Pages as /proc/vmallocinfo and the page allocator see them.</summary>
public sealed unsafe class VmallocTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(4096, 1)]
    [InlineData(4097, 2)]
    [InlineData(512 * 4096, 512)] // the list of pages fills a page: still kmalloc
    [InlineData((512 * 4096) + 1, 515)] // a tnode of 18 bits, 2 MiB and its header: so in Linux 6.12.117
    [InlineData(1024 * 4096, 1026)]
    [InlineData((1024 * 4096) + 1, 1028)]
    public void An_area_counts_its_pages_and_beyond_512_those_that_list_them(long bytes, long pages)
    {
        using var memory = new KernelMemory();
        var area = memory.Vzalloc(bytes);
        var line = Assert.Single(memory.Account());
        Assert.Equal(new MemoryLine("vmalloc", 0, 1, pages * 4096, 0, pages * 4096), line);
        Assert.Equal(pages * 4096, memory.PageBytes);
        memory.Vfree(area);
        Assert.Empty(memory.Account());
        Assert.Equal((0, 1), (memory.Objects, memory.Allocations));
    }

    [Fact]
    public void Areas_add_up_and_each_leaves_with_its_own_list()
    {
        using var memory = new KernelMemory();
        var small = memory.Vzalloc(4096 * 3);
        var large = memory.Vzalloc(4096 * 513);
        Assert.Equal((3 + 515) * 4096, memory.PageBytes);
        memory.Vfree(large);
        Assert.Equal(3 * 4096, memory.PageBytes);
        memory.Vfree(small);
        Assert.Equal(0, memory.PageBytes);
    }

    [Fact]
    public void An_area_of_huge_pages_counts_as_any_other_and_begins_at_a_huge_page()
    {
        using var memory = new KernelMemory();
        var area = memory.VzallocHuge(64 << 20);
        Assert.Equal(0, (nint)area % (2 << 20));
        var huge = Assert.Single(memory.Account());
        memory.Vfree(area);
        memory.Vzalloc(64 << 20);
        Assert.Equal(huge, Assert.Single(memory.Account()));
    }

    [Fact]
    public void An_area_is_zeroed_to_its_last_page()
    {
        using var memory = new KernelMemory();
        var area = new ReadOnlySpan<byte>(memory.Vzalloc(4096 * 600), 4096 * 600);
        Assert.Equal(-1, area.IndexOfAnyExcept((byte)0));
    }
}
