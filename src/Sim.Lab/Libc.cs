// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Lab;

/// <summary>System calls that .NET has no method for.</summary>
internal static partial class Libc
{
    private const int SigKill = 9, SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    /// <summary>Kills every process of a group. Does nothing if the group no longer exists.</summary>
    public static void KillGroup(int group) => Signal(group, SigKill);

    /// <summary>Asks every process of a group to end. Does nothing if the group no longer exists.</summary>
    public static void EndGroup(int group) => Signal(group, SigTerm);

    private static void Signal(int group, int signal)
    {
        // kill(-1) and kill(0) would reach processes that are not ours.
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(group, 1);
        _ = Kill(-group, signal);
    }
}
