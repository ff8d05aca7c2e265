// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

public sealed class ChurnTests
{
    private const string Trace = "mrt/morrowc-updates.20260222.1530.bz2";

    /// <summary>Peers are numbered as they appear; a slow model in another language gives the same numbers.</summary>
    [Fact]
    public void The_2026_trace_becomes_these_inserts_moves_deletes_and_no_ops() =>
        Assert.Equal("None 98348, Insert 7997, Move 12067, Delete 251", Replay(order: null));

    /// <summary>
    /// The published calibration numbers the peers by the text of their addresses. Which of two equally short paths wins
    /// hangs on that number: the sum is the same, the moves are not.
    /// </summary>
    [Fact]
    public void With_peers_numbered_by_the_text_of_their_addresses_the_trace_gives_the_calibrated_numbers()
    {
        var path = SharedData.File(Trace);
        using var input = CompressedInput.Open(File.OpenRead(path));
        var reader = new MrtReader(input, path, new DamageLog());
        var handler = new ChangeCounter(new PathTable(Family.IPv4, BestPathRule.Default), new long[4], null);
        reader.Read(ref handler);
        var texts = Enumerable.Range(0, reader.Peers.Count)
            .Select(peer => AddressText.Format(reader.Peers[peer].Family, reader.Peers[peer].Address)).ToList();
        var order = texts.Select(text => texts.Count(other => string.CompareOrdinal(other, text) < 0)).ToArray();
        Assert.Equal("None 97497, Insert 7997, Move 12918, Delete 251", Replay(order));
    }

    private static string Replay(int[]? order)
    {
        var path = SharedData.File(Trace);
        using var input = CompressedInput.Open(File.OpenRead(path));
        var handler = new ChangeCounter(new PathTable(Family.IPv4, BestPathRule.Default), new long[4], order);
        new MrtReader(input, path, new DamageLog()).Read(ref handler);
        Assert.Equal(7_997 - 251, handler.Paths.Count);
        return string.Join(", ", Enum.GetValues<RouteChange>().Where(change => change != RouteChange.Append).Select(change => $"{change} {handler.Changes[(int)change]}"));
    }

    private readonly struct ChangeCounter(PathTable paths, long[] changes, int[]? order) : IMrtHandler
    {
        public PathTable Paths => paths;

        public long[] Changes => changes;

        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            var renumbered = Renumber(route);
            changes[(int)paths.Announce(in renumbered, in attributes)]++;
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
            var renumbered = Renumber(route);
            changes[(int)paths.Withdraw(in renumbered)]++;
        }

        private MrtRoute Renumber(MrtRoute route)
        {
            route.Peer = order?[route.Peer] ?? route.Peer;
            return route;
        }

        public void StateChange(int peer, long time, int from, int to)
        {
        }
    }
}
