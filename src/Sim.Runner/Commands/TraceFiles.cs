// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Churn;

namespace Sim.Runner.Commands;

/// <summary>Files of updates as a trace's files, with progress.</summary>
internal static class TraceFiles
{
    /// <summary>The files; each is looked at when it is opened.</summary>
    /// <param name="files">In order of time.</param>
    /// <param name="option">What the command line calls them, for messages.</param>
    /// <param name="again">Whether each is opened more than once.</param>
    /// <param name="progress">Told how far the reading is.</param>
    /// <param name="cancel">Ends the reading.</param>
    public static IReadOnlyList<TraceFile> Open(
        FileInfo[] files, string option, bool again, IWorkProgress progress, CancellationToken cancel) =>
    [
        .. files.Select(file => new InputFile(file, again, progress, cancel)).Select(file => new TraceFile(file.Name, () =>
        {
            var content = new TableContent(file, progress, cancel);
            if (!content.IsText)
                return content;
            content.Dispose();
            throw new UserException($"{file.Name} is text; {option} takes MRT files of updates");
        })),
    ];

    /// <summary>Refuses a trace without an event, once its damage is named: that may be why it has none.</summary>
    public static UserException Empty(string source, Family family, DamageLog damage, long ribEntries = 0)
    {
        LoadedTable.Report(damage);
        return new UserException(
            $"{source}: no IPv{(int)family} update"
            + (ribEntries > 0 ? "; this is a dump of a table, which --table takes" : damage.Count > 0 ? " that is valid" : " (try the other --family)"));
    }
}
