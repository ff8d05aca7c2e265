// SPDX-License-Identifier: MIT
namespace Sim.Fuzz;

/// <summary>A reader did on an input something that no input may make it do.</summary>
internal sealed class FindingException(string what) : Exception(what);

/// <summary>One input.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Units">
/// Of a container, the content of each part of it that has a check of its own, in order, before it was damaged; else empty.
/// </param>
/// <param name="Promise">What the damage leaves true of it.</param>
internal sealed record FuzzInput(byte[] Bytes, IReadOnlyList<byte[]> Units, Promise Promise);

/// <summary>What may be said of an input beforehand, the most first.</summary>
internal enum Promise
{
    /// <summary>It is valid: its content is the units one after the other, and nothing is damaged.</summary>
    Valid,

    /// <summary>A valid file without its end.</summary>
    Cut,

    /// <summary>Anything.</summary>
    None,
}

/// <summary>
/// One kind of input: how it is made, and how the readers are held to it. A new kind is a class that derives from this one
/// and a place in <see cref="All"/>: <see cref="Make"/> puts a valid file together from <see cref="Field"/>s and has
/// <see cref="Damage"/> spoil it; <see cref="Check"/> reads it every way and throws a <see cref="FindingException"/> for what no
/// input excuses. Exceptions that a reader does not declare are findings by themselves. Take every choice from the dice:
/// an input is made again from its seed and index alone.
/// </summary>
internal abstract class FuzzKind
{
    public static IReadOnlyList<FuzzKind> All { get; } =
    [
        new MrtKind(), new ListKind(), new RowsKind(), new GzipKind(), new Bzip2Kind(), new XzKind(), new ZstdKind(),
    ];

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    public abstract FuzzInput Make(Dice dice);

    /// <exception cref="FindingException">A reader is at fault.</exception>
    public abstract void Check(FuzzInput input);

    /// <summary>
    /// What <see cref="Check"/> throws, or null. Readers declare what they throw, and the kinds catch that: all else is a
    /// finding, whatever it is.
    /// </summary>
    public Exception? Failure(FuzzInput input)
    {
        try
        {
            Check(input);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    /// <summary>Throws where the condition does not hold.</summary>
    protected static void Hold(bool condition, string what)
    {
        if (!condition)
            throw new FindingException(what);
    }

    /// <summary>Throws where two ways of reading the same bytes differ, naming the first difference.</summary>
    protected static void HoldEqual(IReadOnlyList<string> one, IReadOnlyList<string> other, string what)
    {
        for (var at = 0; at < Math.Max(one.Count, other.Count); at++)
        {
            var (left, right) = (one.ElementAtOrDefault(at) ?? "nothing", other.ElementAtOrDefault(at) ?? "nothing");
            Hold(left == right, $"{what}, place {at}:\n  {left}\n  {right}");
        }
    }

    /// <summary>A stream that gives a byte at a time: what is read must not depend on where a buffer ends.</summary>
    protected sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
    }
}
