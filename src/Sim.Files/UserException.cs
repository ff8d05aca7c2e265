// SPDX-License-Identifier: MIT
namespace Sim.Files;

/// <summary>An error that the user can correct. The error is shown as one line, without a stack trace.</summary>
public sealed class UserException(string message) : Exception(message);
