// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>
/// Metrics of a trace's replay in a validation: time, bytes and calls per change, changes, and the ratio of times to the first baseline
/// replayed.
/// </summary>
public static class ReplayMetrics
{
    public const string Time = "time-per-change", Bytes = "bytes-per-change", Calls = "calls-per-change", Changes = "changes", Ratio = "ratio";
}
