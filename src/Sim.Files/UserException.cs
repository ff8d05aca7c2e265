// SPDX-License-Identifier: MIT
namespace Sim.Files;

/// <summary>An error that is the user's to mend: shown as one line, without a stack trace.</summary>
public sealed class UserException(string message) : Exception(message);
