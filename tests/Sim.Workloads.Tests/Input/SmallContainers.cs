// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Workloads.Tests.Input;

/// <summary>One list of 24 prefixes as each program compresses it: small enough to be damaged at every byte.</summary>
internal static class SmallContainers
{
    /// <summary>The list, <c>small.txt</c> in the commands below.</summary>
    public static readonly byte[] Content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 24).Select(i =>
        $"{10 + i}.{i * 37 % 256}.{i * 91 % 256}.0/24 192.0.2.{i % 7 + 1} AS{64500 + i}\n")));

    /// <summary><c>gzip -9 -c small.txt</c>.</summary>
    public static readonly byte[] Gzip = Convert.FromBase64String("""
        H4sICGluDGsCA3NtYWxsLnR4dABtkcFtBSEMRO+uIhU4zBiDOaaG9N9L5kdckKwV0u7ybHhjDP9/vjm/cKhXOr5+ftfMMQzw2H7w7vPuw0Df01F8gbgA
        DeFQE+wXmBcIg8pnOUa9RF5iGlIHaJ3zEusSaVhO6tT5AvsCy3S87sHsNbehfOqP+rSeZTi+tyd6zWMc0vyYsPXEMCoE1TOi9QRMBqjyVa0maAxpKog8
        rSfCOF1RZD9OTFP1DK9sNZHG5SWTvVpPLOOW52f1mtuoUaaCGOw1y3g0SoVxovc8FvpUH1aryWEBVxOcVpOw0I2UA0brSZqGUOEzW02G/QFV85QjFQMA
        AA==
        """);

    /// <summary><c>bzip2 -c small.txt</c>.</summary>
    public static readonly byte[] Bzip2 = Convert.FromBase64String("""
        QlpoOTFBWSZTWXquE00AAKTeAAAQQAH/4CAACAAwAUZoRFGx6j1VDQGjyoQACRBNGqmQyzJ19e/niqqqrsRHXOMqgAAAABkciI67O9vKq6qsqnZ2ZZmo
        ieFvCbjDYyp7lzIWAvN9i57YedNTmSFteuA93h3PIFHH8NifUAt7AC4uMTeRlBt1TmY0dZ1G84JEAtGIUYRwiFCvckq52uSHQFu8oLYDa1oM3W5Ii5Uz
        H0BRdxTG4byqDNmb296qdncoBSubR8u5Z9ATjHCrdipgkRVQJMtynlRN/wCjlQmU+bUu4fudZXuQxnGfPyuVDSF+gL+AX4u5IpwoSD1XCaaA
        """);

    /// <summary><c>xz -9 --check=crc64 --block-size=300 -c small.txt</c>: three blocks.</summary>
    public static readonly byte[] XzCrc64 = Convert.FromBase64String("""
        /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4AErAHhdABiMAg2Ixh8Y2uDaO68l2H35GzfAujMxNeRM8K2IAGY1HNiNQuwGcUSI/TCJ7I0flEzSftry1rdv
        2Fqhls/hsFIxVKklEGe/X2H1lQyu2BrHlyzjRTiahMRpDMcKyCQXCfAtb2JstqKBj7lTT4LSVB6svGldz11mugCRHigPZhbOAQIAIQEcAAAAEM9YzOAB
        KwB6XQAajEH+dUo3q+b9vRnKpHUXdj62q1XZ+6zEJZea/D7tvlR3IymxEt5bYUcuQg7TMwO7kregpMVu+xfKye1iz9Y2kJRhEpIVCTYzl4t7bxfLkpQV
        dMd/w3j5olqpxbURU7ZIYEH9d9lcesa5yJxuVB9T1cNCsLo7E/EPbQAAAIyMRl200l54AgAhARwAAAAQz1jM4AC8AFddABkLgmV5UAq4aestKKXP4Wxl
        yJHTxecIsnTdpqJeXQrZkLnwGQ/vVqaCyuwZfzG+em3APydOLSSM3YqjrQKqLtq5CgiWI/2SBxapBzPtqqzYPjH5bANqQAAA9aSPKxKAPOEAA5QBrAKW
        AawCc70BAAAAzD9DlawnPi0EAAAAAARZWg==
        """);

    /// <summary><c>xz -9 -T2 --check=sha256 --block-size=300 -c small.txt</c>: three blocks with their sizes in their headers.</summary>
    public static readonly byte[] XzSha256 = Convert.FromBase64String("""
        /Td6WFoAAArh+wyhA8CAAawCIQEcAAAAQ9G+3eABKwB4XQAYjAINiMYfGNrg2juvJdh9+Rs3wLozMTXkTPCtiABmNRzYjULsBnFEiP0wieyNH5RM0n7a
        8ta3b9haoZbP4bBSMVSpJRBnv19h9ZUMrtgax5cs40U4moTEaQzHCsgkFwnwLW9ibLaigY+5U0+C0lQerLxpXc9dZroAhqGZB+VMonjelARzuftb1Ft2
        V+5CPtssL7/4IztR8f8DwIIBrAIhARwAAAB+AUvZ4AErAHpdABqMQf51Sjer5v29GcqkdRd2PrarVdn7rMQll5r8Pu2+VHcjKbES3lthRy5CDtMzA7uS
        t6CkxW77F8rJ7WLP1jaQlGESkhUJNjOXi3tvF8uSlBV0x3/DePmiWqnFtRFTtkhgQf132Vx6xrnInG5UH1PVw0KwujsT8Q9tAAAAN41GZRdaS8MPC2Hm
        I6+Zgw1p4Peb5IFt681R4URVwwUDwF+9ASEBHAAAAABwWfqX4AC8AFddABkLgmV5UAq4aestKKXP4WxlyJHTxecIsnTdpqJeXQrZkLnwGQ/vVqaCyuwZ
        fzG+em3APydOLSSM3YqjrQKqLtq5CgiWI/2SBxapBzPtqqzYPjH5bANqQAAAMN73UPlI+kn9lAUbOyS1f5wr/mxyHxnv1/Z1TUwj30IAA7ABrAKyAawC
        jwG9AQAAx8w85qsKhsoEAAAAAApZWg==
        """);

    /// <summary><c>zstd -c small.txt</c>, with a checksum.</summary>
    public static readonly byte[] Zstd = Convert.FromBase64String("""
        KLUv/WQVAk0HACZSJhKQJWkOP++y7W4iRNKOQ/X8ogMhACAAIABSdjOvZi1UYv6kpdSbJdjlPiiILzNWIQAgmOWw46Aa4Bzc5pW55lQGGYXgWK7hcoq3
        iK2TKJYgitiWYbEwxrSbdhXxU1TCQcw5hoptRypapbYysCq0sGktqdJD4N1sZSNqQrUiHYmknctQLMkdz8FJpldeyyEZ05iPOSp3Z5bNCycgQINJJx2f
        /yWf9yXf93v/MIt/yT8vXeFw9fxwGXZEdhX5jDFDatts1e5d2K/sktJ32SBbl5Fy0hVFJnevUaZ7SafLiJx0hQOlS2BDqfvr4w==
        """);
}
