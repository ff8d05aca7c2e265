// SPDX-License-Identifier: MIT
using System.CommandLine;
using Sim.Runner.Commands;

var root = new RootCommand(
    """
    Should WireGuard's AllowedIPs be replaced by an IP route attribute? Loads a routing table into ports of the
    kernel's allowedips trie and fib_trie, and measures memory, lookup and update cost.

    Examples:
      bench                                    the embedded table, all experiments, a report in reports/latest
      bench --table ris-dump.mrt.bz2 --quick   a real dump, in under a minute
      stat --table prefixes.txt --order sorted --json
      lookup --table ris-dump.mrt 192.0.2.1
      table info updates.20260222.1530.bz2
    """)
{
    BenchCommand.Create(),
    StatCommand.Create(),
    LookupCommand.Create(),
    TableCommand.Create(),
};

return await CommandLine.RunAsync(root, args);
