// SPDX-License-Identifier: MIT
namespace Sim.Runner.Validation;

/// <summary>Compares an IPv4 table: every figure of fib_triestat, and a digest that stands for every node and route.</summary>
internal sealed class FibComparison(ValidationContext context, FibPort port, uint table) : TableComparison(context, port)
{
    protected override void CompareShape(CheckPoint at) => ShapeComparison.Fib(Context, at, port.Table, table);
}
