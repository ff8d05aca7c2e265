// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Figures;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class NotificationQueueTests
{
    [Fact]
    public void Whoever_reads_faster_than_changes_come_loses_none_and_is_as_late_as_reading_takes()
    {
        var queue = NotificationQueue.Run(Enumerable.Range(0, 50).Select(at => (double)at), capacity: 1, read: 0.25, dump: 100);
        Assert.Equal((50, 0, 0), (queue.Told, queue.Lost, queue.Overruns));
        Assert.Equal((0.25, 0.25), (queue.MeanStaleness, queue.LongestStaleness));
    }

    [Fact]
    public void A_full_buffer_loses_all_until_it_is_empty_and_one_dump_tells_what_was_lost()
    {
        // Read from 0 to 10; 1 and 2 wait, 3 is lost, 12 too although there is room by then: the buffer is not empty before 20.
        // The program reads until 30, dumps until 35; 31 comes meanwhile and is read by 45.
        var queue = NotificationQueue.Run([0, 1, 2, 3, 12, 31], capacity: 2, read: 10, dump: 5);
        Assert.Equal((4, 2, 1), (queue.Told, queue.Lost, queue.Overruns));
        Assert.Equal(32, queue.LongestStaleness);
        Assert.Equal((10 + (20 - 1) + (30 - 2) + (35 - 3) + (35 - 12) + (45 - 31)) / 6.0, queue.MeanStaleness, 9);
    }

    [Fact]
    public void Every_change_is_told_or_lost_and_known_in_the_end()
    {
        for (var seed = 1ul; seed <= 200; seed++)
        {
            var rng = new Rng(seed);
            var (time, changes) = (0.0, new List<double>());
            for (var i = 0; i < 100; i++)
                changes.Add(time += rng.Below(4));
            var (capacity, read, dump) = (1 + rng.Below(5), 1 + rng.Below(4), 1 + rng.Below(30));
            var queue = NotificationQueue.Run(changes, capacity, read, dump);
            Assert.Equal(100, queue.Told + queue.Lost);
            Assert.Equal(queue.Lost == 0, queue.Overruns == 0);
            Assert.InRange(queue.MeanStaleness, read, queue.LongestStaleness);
        }
    }
}
