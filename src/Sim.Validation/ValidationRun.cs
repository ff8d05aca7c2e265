// SPDX-License-Identifier: MIT
using Sim.Validation.Patched;

namespace Sim.Validation;

/// <summary>Runs a whole validation in one kernel: first every family in every structure, and then the times.</summary>
public static class ValidationRun
{
    /// <summary>The C structures whose sizes are the same in both releases: their names in the kernel and their sizes.</summary>
    private static readonly unsafe (string Name, int Bytes)[] s_sizes =
    [
        ("allowedips_node", sizeof(allowedips_node)), ("fib_alias", sizeof(FibAlias)), ("fib_info", FibInfo.HeaderSize),
        ("fib_nh", sizeof(FibNh)), ("fib_nh_common", sizeof(FibNhCommon)), ("nexthop", sizeof(NextHop)), ("nh_info", sizeof(NhInfo)),
        ("fib6_node", Fib6Node.Size), ("fib6_nh", sizeof(Fib6Nh)),
    ];

    /// <summary>
    /// Runs these parts in one kernel. The ports are timed on the processor of the VM. Only kernels with the series run the sweep over
    /// peers.
    /// </summary>
    public static void Run(
        ValidationContext context, IReadOnlyList<FamilyInput> inputs, int? cpu, ValidationParts parts, PeerSweep? sweep)
    {
        var patched = context.Machine.Vm.Lane.IsPatched();
        if (patched && parts != ValidationParts.Unchanged)
        {
            RunPatched(context, inputs, cpu, parts, sweep);
            return;
        }

        var hello = context.Machine.Hello();
        var family = (ushort)hello.Long("wireguard");
        var oif = (int)context.Machine.One("wg create").Long("ifindex");
        var stream = new WireGuardStream(family, removesPrefixes: context.RemovesPrefixes);
        var routes = new RouteStream(oif);
        using var allowedIps = new AllowedIpsPort(context.Kernel(oif));
        var throughWireGuard = family == 0 ? null : new AllowedIpsValidation(context, allowedIps, stream);

        if (parts.HasFlag(ValidationParts.Counts) || patched)
            Count(context, inputs, throughWireGuard, routes, oif);
        if (!context.Machine.HasModule || !parts.HasFlag(ValidationParts.Costs))
            return;
        using var pinned = CpuPin.To(cpu);
        var times = new TimeComparison(context);
        var updates = new UpdateTimes(context, times, stream);
        foreach (var input in inputs)
        {
            if (throughWireGuard is not null)
                TimeAllowedIps(context, input, throughWireGuard, allowedIps, times, updates);
        }

        foreach (var input in inputs)
            TimeRoutes(context, input, routes, oif, times, updates);
    }

    /// <summary>
    /// Validates the additions of the series: routes that name peers, and gateways that select peers. Compares both with AllowedIPs. A
    /// kernel with the stock hash runs only the sweep over peers.
    /// </summary>
    private static void RunPatched(
        ValidationContext context, IReadOnlyList<FamilyInput> inputs, int? cpu, ValidationParts parts, PeerSweep? sweep)
    {
        var family = (ushort)context.Machine.Hello().Long("wireguard");
        var oif = (int)context.Machine.One("wg create").Long("ifindex");
        var isWhole = context.Machine.Vm.Lane == LaneKind.UmlPatched;
        using var pinned = CpuPin.To(parts.HasFlag(ValidationParts.Costs) ? cpu : null);
        if (isWhole)
        {
            using var allowedIps = new AllowedIpsPort(context.Kernel(oif));
            var stream = new WireGuardStream(family, removesPrefixes: true);
            var routes = new RouteStream(oif);
            if (parts.HasFlag(ValidationParts.Counts))
            {
                CompareSizes(context, inputs[0]);
                var throughWireGuard = new AllowedIpsValidation(context, allowedIps, stream);
                foreach (var input in inputs)
                    throughWireGuard.RunRemovals(input);
                context.SetMode(inputs[0].Family, RouteMode.Auto, stream);
                foreach (var input in inputs)
                {
                    using var port = new RoutePort(input.Family, context.Kernel(oif));
                    foreach (var scheme in RouteScheme.Patched)
                        new FibValidation(context, port, routes, oif, scheme).RunPeers(input);
                }
            }

            var paths = new PeerPaths(context, allowedIps, stream, routes);
            foreach (var input in inputs)
                paths.Run(input, parts);
        }

        if (parts.HasFlag(ValidationParts.Costs))
            sweep?.Run(context, inputs[0].Prefixes);
    }

    private static void Count(
        ValidationContext context, IReadOnlyList<FamilyInput> inputs, AllowedIpsValidation? throughWireGuard, RouteStream routes, int oif)
    {
        if (context.Machine.HasModule)
            CompareSizes(context, inputs[0]);
        foreach (var input in inputs)
        {
            throughWireGuard?.Run(input);
            if (context.RemovesPrefixes)
                throughWireGuard?.RunRemovals(input);
        }

        foreach (var input in inputs)
        {
            using var port = new RoutePort(input.Family, context.Kernel(oif));
            var throughRoutes = new FibValidation(context, port, routes, oif, RouteScheme.Stock);
            throughRoutes.Run(input);
            throughRoutes.RunShape(input, RouteShape.Device);
            throughRoutes.RunShape(input, RouteShape.Gateway);
            if (input.Family == Family.IPv6)
                throughRoutes.RunSiblings(input);
        }
    }

    /// <summary>Times the routes of one family. The families are timed one after the other, because both use the same ids of nexthop
    /// objects.</summary>
    private static void TimeRoutes(
        ValidationContext context, FamilyInput input, RouteStream routes, int oif, TimeComparison times, UpdateTimes updates)
    {
        using var port = new RoutePort(input.Family, context.Kernel(oif));
        var validation = new FibValidation(context, port, routes, oif, RouteScheme.Stock);
        validation.LoadOnly(input);
        var at = context.At(Names.Fib, input.Family, Orders.File, "", input.Prefixes);
        times.Lookups(at, port.Fib.Key, FibStructure.TableId, input, port.Fib.Lookup);
        updates.Fib(at, input, port);
        validation.Unload(input);
    }

    private static void TimeAllowedIps(
        ValidationContext context, FamilyInput input, AllowedIpsValidation validation, AllowedIpsPort port, TimeComparison times,
        UpdateTimes updates)
    {
        validation.LoadOnly(input);
        var at = context.At(Names.AllowedIps, input.Family, Orders.File, "", input.Prefixes);
        times.Lookups(at, "wg", (uint)input.Family, input, port.Structure.Lookup);
        updates.AllowedIps(at, input, port);
    }

    private static void CompareSizes(ValidationContext context, FamilyInput input)
    {
        var kernel = context.Machine.Rows("module sizes").ToDictionary(row => row["name"], row => row.Long("bytes"), StringComparer.Ordinal);
        var at = context.At(Names.Layout, input.Family, "", Steps.Sizeof, 0);
        foreach (var (name, bytes) in s_sizes.Append(("fib6_info", Fib6Info.HeaderSize(Fib6Net.InfoLayout(context.Slub.Release)))))
        {
            // Distributions set CONFIG_IP_ROUTE_CLASSID: nh_tclassid and its padding make fib_nh 8 bytes larger. The objects around it
            // keep their size classes (fib_info 232 or 240 of 256, nh_info 136 or 144 of 192). Distributions also set
            // CONFIG_IPV6_SUBTREES (a pointer) and CONFIG_IPV6_ROUTER_PREF (a time), for which the port has options.
            var more = !context.Machine.Vm.Lane.IsUml() && name is ("fib_nh" or "nh_info" or "fib6_node" or "fib6_nh") ? sizeof(ulong) : 0;
            context.Compare(at, Metrics.Sizeof, bytes, kernel[name], bound: more, item: name);
        }
    }
}
