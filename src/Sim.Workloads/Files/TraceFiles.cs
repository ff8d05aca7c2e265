// SPDX-License-Identifier: MIT
using Sim.Files;
using Sim.Kernel;
using Sim.Workloads.Churn;

namespace Sim.Workloads.Files;

/// <summary>Files of updates as a trace's files, with progress.</summary>
public static class TraceFiles
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
}
