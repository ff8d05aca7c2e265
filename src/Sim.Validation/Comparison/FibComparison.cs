// SPDX-License-Identifier: MIT
using Sim.Validation.Ports;
using Sim.Validation.Session;

namespace Sim.Validation.Comparison;

/// <summary>Compares an IPv4 table: every figure of fib_triestat, and a digest that stands for every node and route.</summary>
public sealed class FibComparison(ValidationContext context, FibPort port, uint table) : TableComparison(context, port)
{
    protected override void CompareShape(CheckPoint at) => ShapeComparison.Fib(Context, at, port.Table, table);
}
