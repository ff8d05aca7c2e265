// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Lab;
using Sim.Trie;

namespace Sim.Runner.Validation;

/// <summary>A whole validation: every family through every structure, then the times.</summary>
internal static class ValidationRun
{
    /// <summary>Sizes of the structures that the ports lay out, by the kernel's names.</summary>
    private static readonly unsafe (string Name, int Bytes)[] s_sizes =
    [
        ("allowedips_node", sizeof(allowedips_node)), ("fib_alias", sizeof(FibAlias)), ("fib_info", FibInfo.HeaderSize),
        ("fib_nh", sizeof(FibNh)), ("fib_nh_common", sizeof(FibNhCommon)), ("nexthop", sizeof(NextHop)), ("nh_info", sizeof(NhInfo)),
    ];

    /// <param name="context">The kernel, the plan, and where rows go.</param>
    /// <param name="inputs">What is done, a family each.</param>
    /// <param name="cpu">The processor that the VM runs on and the port is timed on.</param>
    public static void Run(ValidationContext context, IReadOnlyList<FamilyInput> inputs, int? cpu)
    {
        var hello = context.Machine.Hello();
        var hasWireGuard = hello.Long("wireguard") != 0;
        var oif = (int)context.Machine.One("wg create").Long("ifindex");
        if (context.Machine.HasModule)
            CompareSizes(context, inputs[0]);

        var stream = new WireGuardStream((ushort)hello.Long("wireguard"));
        using var allowedIps = new AllowedIpsPort(context.Slub);
        var validation = new AllowedIpsValidation(context, allowedIps, stream);
        if (hasWireGuard)
        {
            foreach (var input in inputs)
                validation.Run(input);
        }

        var v4 = inputs.FirstOrDefault(input => input.Family == Family.IPv4);
        using var fib = new FibPort(context.Slub, ValidationPlan.TableId, oif);
        var fibValidation = new FibValidation(context, fib, new RouteStream(oif), ValidationPlan.TableId, oif);
        if (v4 is not null)
        {
            fibValidation.Run(v4);
            fibValidation.RunShape(v4, RouteShape.Device);
            fibValidation.RunShape(v4, RouteShape.Gateway);
        }

        if (!context.Machine.HasModule)
            return;
        using var pinned = CpuPin.To(cpu);
        var times = new TimeComparison(context);
        var updates = new UpdateTimes(context, times, stream);
        if (hasWireGuard)
        {
            foreach (var input in inputs)
                TimeAllowedIps(input, validation, allowedIps, times, updates);
        }

        if (v4 is not null)
        {
            fibValidation.LoadOnly(v4);
            var at = new CheckPoint("fib", Family.IPv4, "file", "", v4.Prefixes);
            times.Lookups(at, "fib", ValidationPlan.TableId, v4, fib.Lookup);
            updates.Fib(at, v4, fib, ValidationPlan.TableId);
        }
    }

    private static void TimeAllowedIps(
        FamilyInput input, AllowedIpsValidation validation, AllowedIpsPort port, TimeComparison times, UpdateTimes updates)
    {
        validation.LoadOnly(input);
        var at = new CheckPoint("allowedips", input.Family, "file", "", input.Prefixes);
        times.Lookups(at, "wg", KernelUnderTest.Number(input.Family), input, port.Lookup);
        updates.AllowedIps(at, input, port);
    }

    private static void CompareSizes(ValidationContext context, FamilyInput input)
    {
        var kernel = context.Machine.Rows("module sizes").ToDictionary(row => row["name"], row => row.Long("bytes"), StringComparer.Ordinal);
        var at = new CheckPoint("layout", input.Family, "", "sizeof", 0);
        foreach (var (name, bytes) in s_sizes)
        {
            // Distributions set CONFIG_IP_ROUTE_CLASSID: fib_nh has nh_tclassid, and 8 bytes more with its padding. The
            // size classes of what holds it stay the same (fib_info 232 or 240 of 256, nh_info 136 or 144 of 192).
            var classId = context.Machine.Vm.Lane != LaneKind.Uml && name is ("fib_nh" or "nh_info") ? sizeof(ulong) : 0;
            context.Compare(at, "sizeof", "bytes", bytes, kernel[name], bound: classId, item: name);
        }
    }
}
