// SPDX-License-Identifier: MIT
namespace Sim.Runner.Validation;

/// <summary>An IPv4 table: every figure of fib_triestat, and a digest that stands for every node and route.</summary>
internal sealed class FibComparison(ValidationContext context, FibPort port, uint table) : TableComparison(context, port)
{
    protected override void CompareStatistics(CheckPoint at)
    {
        var counted = TrieStatText.Figures(Context.Machine.TrieStat(table));
        var ported = TrieStatText.Figures(port.Table.Stat().Format());
        foreach (var name in counted.Keys.Union(ported.Keys))
        {
            Context.Compare(
                at, "triestat", name == "Total size" ? "kB" : "count", ported.GetValueOrDefault(name), counted.GetValueOrDefault(name), item: name);
        }
    }

    protected override void CompareNodes(CheckPoint at)
    {
        var kernel = Context.Machine.One($"module trie fib {table}");
        var trie = port.Trie();
        Context.Compare(at, "tnodes", "count", trie.Tnodes, kernel.Long("tnodes"));
        Context.Compare(at, "leaves", "count", trie.Leaves, kernel.Long("leaves"));
        Context.Compare(at, "routes", "count", trie.Routes, kernel.Long("routes"));
        Context.CompareDigest(at, "trie-digest", trie.Value, kernel.Hex("digest"));
    }
}
