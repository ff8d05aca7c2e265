// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Runner.Commands;

/// <summary>Handles the signals that ask the program to end: SIGINT (Ctrl-C), SIGTERM, and SIGHUP of a closed terminal. The first signal
/// ends the work in order: a running VM is stopped, and unfinished files and folders are removed. The second signal, of any kind, removes
/// unfinished files and ends the process at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Signals(CancellationTokenSource interrupted)
    {
        foreach (var kind in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(kind, signal =>
            {
                signal.Cancel = !interrupted.IsCancellationRequested;
                if (!signal.Cancel)
                    OutputFile.RemoveGrowing();
                interrupted.Cancel();
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
