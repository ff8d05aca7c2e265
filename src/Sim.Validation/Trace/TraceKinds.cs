// SPDX-License-Identifier: MIT
namespace Sim.Validation.Trace;

public static class TraceKinds
{
    /// <summary>A remark that names the kernels that some schemes need.</summary>
    public static string Needs { get; } = $"{SchemeKind.RemoveMe.Word} needs --release 7.3, {SchemeKind.Route.Word} a kernel with "
        + $"kernel-patch/series (--kernel uml-patched), {SchemeKind.PrivateFib.Word} is in no kernel of the lab";

    /// <summary>
    /// Returns the schemes with these words that the lane's kernel can run. Linux 6.12 cannot remove single prefixes (REMOVE_ME). Routes
    /// that name peers need kernel-patch/series. No kernel of the lab keeps AllowedIPs in a FIB trie.
    /// </summary>
    public static IReadOnlyList<SchemeKind> Of(IReadOnlyCollection<string> words, LaneKind lane, KernelRelease release) =>
    [
        .. SchemeKind.All.Where(kind => words.Contains(kind.Word) && Has(kind, lane, release)).Select(kind =>
            IsRoutesAlone(kind, lane) ? kind with { Name = SchemeName.NexthopsWithoutPeer } : kind),
    ];

    /// <summary>Returns whether a scheme can run in a kernel without WireGuard.</summary>
    public static bool IsRoutesAlone(SchemeKind kind, LaneKind lane) => kind.Word == SchemeKind.Nexthop.Word && !lane.IsPatched();

    /// <summary>Returns a remark on the schemes that were requested but not replayed, with the reason; null if all were replayed.</summary>
    public static string? LeftOut(IReadOnlyCollection<string> asked, LaneKind lane, KernelRelease release)
    {
        var run = Of(asked, lane, release).Select(kind => kind.Word).ToHashSet();
        var left = SchemeKind.All.Select(kind => kind.Word).Distinct().Where(word => asked.Contains(word) && !run.Contains(word)).ToList();
        return left.Count == 0 ? null
            : $"The trace was not replayed under {(left.Count == 1 ? "scheme" : "schemes")} {string.Join(", ", left)}: {Needs}.";
    }

    private static bool Has(SchemeKind kind, LaneKind lane, KernelRelease release) =>
        kind.Word != SchemeKind.PrivateFib.Word
        && (lane.IsPatched() || kind.Word != SchemeKind.Route.Word)
        && (release >= KernelRelease.Linux7_3 || kind.Word != SchemeKind.RemoveMe.Word);
}
