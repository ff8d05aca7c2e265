// SPDX-License-Identifier: MIT
namespace Sim.Validation.Ports;

/// <summary>Computes the same digest and counts as the module's <c>trie fib</c> command.</summary>
public unsafe struct FibTrieDigest : IFibTrieVisitor
{
    private Digest64 _digest;

    public long Tnodes { get; private set; }

    public long Leaves { get; private set; }

    public long Routes { get; private set; }

    public readonly ulong Value => _digest.Value;

    public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren)
    {
        Tnodes++;
        Node(depth, key, pos, bits, slen);
        _digest.Add(fullChildren);
        _digest.Add(emptyChildren);
    }

    public void Leaf(int depth, uint key, int slen)
    {
        Leaves++;
        Node(depth, key, 0, 0, slen);
    }

    public void Route(int length, FibInfo* info)
    {
        Routes++;
        _digest.Add((uint)length);
        _digest.Add(RoutePort.Number(FibInfo.Nhc(info, 0), info->nh));
    }

    private void Node(int depth, uint key, int pos, int bits, int slen)
    {
        _digest.Add((uint)depth);
        _digest.Add(key);
        _digest.Add((uint)(pos << 16 | bits << 8 | slen));
    }
}
