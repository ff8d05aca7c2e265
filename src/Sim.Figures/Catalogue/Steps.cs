// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>A pattern of step names: a variable part (a step, a number, a way) between two fixed texts. A pattern makes names, reads names,
/// and puts names in words.</summary>
public sealed record StepForm(string Before, string After, Func<string, string> Words)
{
    public string Of(string part) => Before + part + After;

    public string Of(int part) => Of(part.ToString(CultureInfo.InvariantCulture));

    /// <summary>Returns the variable part of a step's name; null if the name does not fit the pattern.</summary>
    public string? PartOf(string step) => step.Length > Before.Length + After.Length
        && step.StartsWith(Before, StringComparison.Ordinal) && step.EndsWith(After, StringComparison.Ordinal) ? step[Before.Length..^After.Length] : null;
}

/// <summary>The steps of a validation: the column <c>operation</c> of its rows. Each step has many changes.</summary>
public static class Steps
{
    public static readonly Term Setup = new("setup", "before the first prefix");
    public static readonly Term Load = new("load", "load the table");
    public static readonly Term Reload = new("reload", "load the table again, to time it");
    public static readonly Term Flush = new("flush", "flush");
    public static readonly Term Unload = new("unload", "delete the table again");
    public static readonly Term Dump = new("dump", "dump");
    public static readonly Term Nexthops = new("nexthops", "add the nexthop objects");
    public static readonly Term Sizeof = new("sizeof", "sizes of structures");
    public static readonly Term PeersAlone = new("peers-alone", "make the peers, without a prefix");

    public static readonly Term DeleteThird = new("delete-third", "delete a third");
    public static readonly Term DeleteThirdDummy = new("delete-third-dummy", "remove the dummy peer that holds every third prefix");
    public static readonly Term Mix = new("mix", "a mix of operations");
    public static readonly Term Move = new("move", "move prefixes to other peers");
    public static readonly Term ReplaceFirst = new("replace-first", "replace a peer’s set, first message");
    public static readonly Term Replace = new("replace", "replace a peer’s set");
    public static readonly Term RemovePeer = new("remove-peer", "remove a peer");
    public static readonly Term DeleteRest = new("delete-rest", "delete the remaining prefixes, route by route");

    public static readonly Term DeleteForeign = new("delete-foreign", "delete prefixes of another peer");
    public static readonly Term DeleteSingle = new("delete-single", "delete every third prefix, one by one");
    public static readonly Term InsertSingle = new("insert-single", "insert every third prefix again");
    public static readonly Term DeleteAll = new("delete-all", "delete every prefix, one by one");
    public static readonly Term MoveAll = new("move-all", "move every prefix to the next peer");
    public static readonly Term LoadGateways = new("load-gateways", "give each peer its tunnel addresses");
    public static readonly Term MoveBack = new("move-back", "move every prefix back");

    public static readonly Term LoadSiblings = new("load-siblings", "load a sample by gateways");
    public static readonly Term AppendSecond = new("append-second", "append a second route to each prefix");
    public static readonly Term AppendThird = new("append-third", "append a third route to every other prefix");
    public static readonly Term AppendAgain = new("append-again", "append existing routes again (refused)");
    public static readonly Term DeleteFirst = new("delete-first", "delete the first route of every third prefix");
    public static readonly Term ReplaceSiblings = new("replace-siblings", "replace all routes of every fourth prefix by one");
    public static readonly Term DeleteSiblings = new("delete-siblings", "delete all remaining routes");

    /// <summary>The ways in which the kernel finds the peer of a packet.</summary>
    public static readonly Term Destination = new("wg", "AllowedIPs by destination");
    public static readonly Term Source = new("src", "AllowedIPs by source");
    public static readonly Term Send = new("tx", "send: one FIB lookup of the destination");
    public static readonly Term SendByRoute = new("dst", "send: the packet brings its route");
    public static readonly Term Receive = new("rx", "receive: the route back to the source");

    /// <summary>The phases of a trace: a replay in windows of some milliseconds, and the return to the start.</summary>
    public static readonly Term Replay = new("replay", "replay");
    public static readonly Term ReplayAlone = new("replay-0", "replay, each change alone");
    public static readonly Term Back = new("back", "back");
    public static readonly Term BackAlone = new("back-0", "back to the start, after the replay of each change alone");
    public static readonly StepForm ReplayIn = new("replay-", "", ms => $"replay in windows of {ms} ms");
    public static readonly StepForm BackFrom = new("back-", "", ms => $"back to the start of the replay in windows of {ms} ms");

    /// <summary>One message gives a nexthop object another peer. The variable part of the name is the value of
    /// <c>nexthop_compat_mode</c>.</summary>
    public static readonly StepForm MoveObject = new("move-object-compat-", "", mode => $"give a nexthop object another peer{Announced(mode)}");
    public static readonly StepForm MoveObjectBack = new("move-object-back-compat-", "", mode => $"give the object its old peer back{Announced(mode)}");

    public static readonly StepForm SetMode = new("mode-", "", mode => $"set the device’s mode: {mode}");

    public static readonly StepForm InMainTable = new("main-", "", step => $"main table: {step}");
    public static readonly StepForm DumpAfter = new("dump-", "", step => $"dump after: {step}");
    public static readonly StepForm LoadBy = new("load-by-", "", shape => $"load a sample of routes by {shape}");
    public static readonly StepForm DeleteBy = new("delete-by-", "", shape => $"delete the sample of routes by {shape}");
    public static readonly StepForm FlushNexthop = new("flush-nexthop-", "", id => $"delete nexthop object {id}");
    public static readonly StepForm ThenSend = new("", "-tx", step => $"{step}; {Send.Words}");
    public static readonly StepForm ThenSendByRoute = new("", "-dst", step => $"{step}; {SendByRoute.Words}");
    public static readonly StepForm ThenReceive = new("", "-rx", step => $"{step}; {Receive.Words}");

    public static Vocabulary<Term> All => field ??= new(typeof(Steps));

    /// <summary>The ways in which the route attribute finds the peer of a packet.</summary>
    public static IReadOnlyList<string> RouteWays => field ??= [Send, SendByRoute, Receive];

    /// <summary>The patterns, in the order in which names are matched.</summary>
    public static IReadOnlyList<StepForm> Forms =>
        field ??= [ThenSend, ThenSendByRoute, ThenReceive, ReplayIn, BackFrom, MoveObject, MoveObjectBack, SetMode, InMainTable, DumpAfter, LoadBy, DeleteBy, FlushNexthop];

    /// <summary>Returns a step in words. An unknown name (from another version) is returned unchanged.</summary>
    public static string Words(string step)
    {
        if (All.Find(step) is { } term)
            return term.Words;
        foreach (var form in Forms)
        {
            if (form.PartOf(step) is { } part)
                return form.Words(Words(part));
        }

        return step;
    }

    private static string Announced(string mode) => mode == "1" ? ", each route announced" : $" (nexthop_compat_mode={mode})";
}
