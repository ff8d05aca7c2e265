// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Workloads.Tests.Mrt;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Bgp;

/// <summary>A change that a message of a speaker makes, and the time in front of the message.</summary>
internal sealed record SpokenLine(ulong Time, Line Line);

/// <summary>Reads the files of speakers with the reader of MRT: each message becomes a record.</summary>
internal static class Speakers
{
    public static List<SpokenLine> Read(string file, bool timed = false)
    {
        var (spoken, at, bytes) = (new List<SpokenLine>(), 0, File.ReadAllBytes(file));
        while (at < bytes.Length)
        {
            var time = timed ? BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at)) : 0;
            at += timed ? 8 : 0;
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 16));
            Xunit.Assert.InRange(length, 23, 4096);
            var (lines, _, log) = MrtBytes.Read(Message(Sim.Workloads.Mrt.MrtTypes.MessageAs4, bytes[at..(at + length)]));
            Xunit.Assert.Equal(0, log.Count);
            spoken.AddRange(lines.Select(line => new SpokenLine(time, line)));
            at += length;
        }

        return spoken;
    }

    /// <summary>The ASes of a path in the form of <c>bgpdump</c>.</summary>
    public static int Length(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
