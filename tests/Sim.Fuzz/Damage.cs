// SPDX-License-Identifier: MIT
namespace Sim.Fuzz;

/// <summary>Damages files: <see cref="Structure"/> at the boundaries of their fields, <see cref="Bytes"/> anywhere.</summary>
internal static class Damage
{
    /// <summary>Changes one to three places of a file, with the lengths and checks around them fixed up or not.</summary>
    public static void Structure(Field file, Dice dice)
    {
        for (var times = dice.Between(1, 3); times > 0; times--)
        {
            var all = file.All().ToList();
            if (dice.OneIn(4))
                Freeze(all, dice);
            var (field, holder) = dice.Pick(all);
            if (field.IsGuarded && dice.OneIn(2))
                field.Value = Near(field.Guard(), dice);
            else if (field.IsLeaf && dice.OneIn(2))
                field.Value = Change(field.Value!, dice);
            else if (holder is not null)
                Rearrange(field, holder, all, dice);
        }
    }

    /// <summary>Changes a file whatever it holds: flips, cuts, splices, repeats, NUL runs, extremes.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="other">Another file, whose pieces may be inserted.</param>
    /// <param name="dice">The choices.</param>
    public static byte[] Bytes(byte[] file, byte[] other, Dice dice)
    {
        if (file.Length == 0)
            return dice.Bytes(dice.Below(40));
        var at = Place(file.Length, dice);
        var end = Math.Min(file.Length, at + Length(file.Length, dice));
        return dice.Below(10) switch
        {
            0 => file[..at],
            1 => file[at..],
            2 => [.. file[..at], .. file[end..]],
            3 => [.. file[..end], .. file[at..]],
            4 => [.. file[..at], .. new byte[end - at], .. file[end..]],
            5 => [.. file, .. new byte[dice.Pick([1, 12, 512, 4096, 12_288])]],
            6 => [.. file[..at], .. dice.Extreme(end - at), .. file[end..]],
            7 => [.. file[..at], .. Slice(other, dice), .. file[dice.Pick([at, end])..]],
            _ => Flip(file, at, dice),
        };
    }

    private static void Freeze(List<(Field Field, Field? Holder)> all, Dice dice)
    {
        var rarely = dice.Pick([1, 2, 8]);
        foreach (var (field, _) in all)
        {
            if (field.IsGuarded && dice.OneIn(rarely))
                field.Value = field.Guard();
        }
    }

    private static void Rearrange(Field field, Field holder, List<(Field Field, Field? Holder)> all, Dice dice)
    {
        var at = holder.Parts.IndexOf(field);
        switch (dice.Below(5))
        {
            case 0:
                holder.Parts.RemoveAt(at);
                break;
            case 1:
                holder.Parts.InsertRange(at, Enumerable.Repeat(0, dice.Pick([1, 1, 1, 2, 300])).Select(_ => field.Clone()));
                break;
            case 2:
                var other = dice.Below(holder.Parts.Count);
                (holder.Parts[at], holder.Parts[other]) = (holder.Parts[other], holder.Parts[at]);
                break;
            case 3:
                holder.Parts[at] = dice.Pick(all).Field.Clone();
                break;
            default:
                holder.Parts.Insert(at, dice.OneIn(2) ? Field.Leaf(dice.Extreme(dice.Below(9))) : dice.Pick(all).Field.Clone());
                break;
        }
    }

    private static byte[] Change(byte[] value, Dice dice)
    {
        if (value.Length == 0)
            return dice.Bytes(dice.Below(9));
        return dice.Below(6) switch
        {
            0 => dice.Extreme(value.Length),
            1 => value[..dice.Below(value.Length)],
            2 => [.. value, .. dice.Extreme(dice.Between(1, 5))],
            3 => Near(value, dice),
            _ => Flip(value, Place(value.Length, dice), dice),
        };
    }

    /// <summary>A number one more or less, an extreme, or another.</summary>
    private static byte[] Near(byte[] number, Dice dice)
    {
        var changed = (byte[])number.Clone();
        if (number.Length == 0 || dice.OneIn(3))
            return dice.Extreme(number.Length);
        var last = dice.OneIn(2) ? ^1 : 0;
        changed[last] += (byte)dice.Pick([1, -1, 2, -4, 12]);
        return changed;
    }

    private static byte[] Flip(byte[] bytes, int at, Dice dice)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[Math.Min(at, bytes.Length - 1)] ^= (byte)(1 << dice.Below(8));
        return flipped;
    }

    private static byte[] Slice(byte[] bytes, Dice dice)
    {
        var at = dice.Below(bytes.Length + 1);
        return bytes[at..Math.Min(bytes.Length, at + Length(bytes.Length, dice))];
    }

    /// <summary>A place in a file: headers and ends are where the decisions are, and are chosen more often.</summary>
    private static int Place(int length, Dice dice) => dice.Below(4) switch
    {
        0 => dice.Below(Math.Min(length, 32) + 1),
        1 => length - dice.Below(Math.Min(length, 32) + 1),
        _ => dice.Below(length + 1),
    };

    private static int Length(int length, Dice dice) =>
        dice.OneIn(4) ? dice.Below(length + 1) : dice.Pick([1, 1, 2, 4, 8, 12, 16, 19, 40, 512]);
}
