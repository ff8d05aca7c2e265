// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Netlink.Tests;

public sealed class ChurnTests
{
    private const int Dummy = 9;

    private static readonly Gen<BindingChange> s_operation = Gen.Select(
        Gen.UInt, Gen.Int[0, 32], Gen.Int[-1, 3], Gen.Int[0, 3],
        (address, length, from, to) => BindingChange.Move(Prefix.OfV4(address, length), from, to));

    [Fact, Property]
    public void Churn_is_message_by_message_an_addition_and_a_removal_for_each_chunk() =>
        Gen.Select(s_operation.Array[0, 60], Gen.Int[104, 500], Gen.Int[1, 25]).Check(
            (operations, messageBytes, chunk) =>
            {
                var (churned, separate) = (new Recorded(), new Recorded());
                var traffic = churned.Stream.Churn(operations, messageBytes, chunk, Dummy);
                var expected = new List<NetlinkTraffic>();
                foreach (var part in operations.Chunk(chunk))
                {
                    expected.Add(separate.Stream.Add(part, messageBytes));
                    expected.Add(separate.Stream.Remove(Dummy));
                }

                // The bytes have the sequence numbers in them.
                Assert.Equal(separate.Calls, churned.Calls);
                Assert.Equal(separate.Stream.NextSequence, churned.Stream.NextSequence);
                var digest = default(Digest64);
                foreach (var call in separate.Calls)
                    digest.AddBytes(Convert.FromHexString(call));
                Assert.Equal(
                    new NetlinkTraffic(
                        expected.Sum(one => one.Messages), expected.Sum(one => one.Bytes), expected.Sum(one => one.Calls),
                        digest.Value, expected.Sum(one => one.Acks)),
                    traffic);
            },
            iter: 1000);

    [Fact]
    public void Chunks_are_cut_by_count_and_the_last_one_is_what_is_left()
    {
        var recorded = new Recorded();
        BindingChange[] operations = [.. Enumerable.Range(0, 5).Select(i => BindingChange.Insert(Prefix.OfV4((uint)i << 8, 24), 0))];
        recorded.Stream.Churn(operations, 8192, 2, Dummy);
        // A message of n prefixes has 76 + 28 n bytes, a removal 80.
        Assert.Equal([132, 80, 132, 80, 104, 80], recorded.Calls.Select(call => call.Length / 2));
    }

    [Fact]
    public void Nothing_is_sent_of_a_churn_that_is_refused()
    {
        var recorded = new Recorded();
        BindingChange[] operations = [BindingChange.Insert(Prefix.Parse("10.0.0.0/8"), 0), BindingChange.Delete(Prefix.Parse("11.0.0.0/8"), 0)];
        Assert.Throws<ArgumentException>(() => recorded.Stream.Churn(operations, 8192, 1, Dummy));
        Assert.Throws<ArgumentOutOfRangeException>(() => recorded.Stream.Churn(operations.AsSpan(0, 1), 8192, 0, Dummy));
        Assert.Throws<ArgumentOutOfRangeException>(() => recorded.Stream.Churn(operations.AsSpan(0, 1), 100, 1, Dummy));
        Assert.Empty(recorded.Calls);
        Assert.Equal(1u, recorded.Stream.NextSequence);
    }

    private sealed class Recorded
    {
        public Recorded() => Stream = new WireGuardStream(28) { Sink = call => Calls.Add(Convert.ToHexString(call)) };

        public WireGuardStream Stream { get; }

        public List<string> Calls { get; } = [];
    }
}
