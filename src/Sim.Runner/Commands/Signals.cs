// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Runner.Commands;

/// <summary>The signals that ask the program to end: Ctrl-C, SIGTERM, and SIGHUP of a terminal that is closed. The
/// first one ends the work in order: a VM that runs is ended, files and folders that are half made go. The second one,
/// of any kind, ends the process at once, and half-made files with it.</summary>
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
