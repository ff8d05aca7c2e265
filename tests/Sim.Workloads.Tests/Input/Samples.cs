// SPDX-License-Identifier: MIT
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using Sim.Workloads.Input;
using Xunit;
using ZstdNet;

namespace Sim.Workloads.Tests.Input;

/// <summary>Content and its compressed forms, and how tests read an input to its end.</summary>
internal static class Samples
{
    /// <summary>
    /// <see cref="Content"/> by <c>xz -9 --check=crc64 --block-size=8192</c>: nothing that runs on .NET writes xz.
    /// </summary>
    private const string XzBase64 = """
        /Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4B//BZRdABiLgnQZ6fwix667+3enO1/DdP5vqfKVxoAT2vwfpUGdrBgC3LcCCa2SeBTAC+Gpwnp9Oa
        fB9H42I0ni3QE6fybHtb+iyd4TtFiLYOgR2gi7BU5EtgTfl4qLWUirhjrjYxxumeF/GKKqy8iJrMVZ3OuB2bvSRItY/df5bc35XSsoNd7nrHvs
        OJmsOW1keK0bYKtEqKn5vmtLCuibjBde/AXE0w6kbDaAuU2KAlD17ZDpGGppQpBLmv9gmZJf6gLSgR7PG5RSNDcxlbeQ59QvjZDfnSJ9VH20x5
        9AulNFFoN+mL7ZOkz08Iei97dOYSVDiS+619NEGx4462m0Nrzqc3GiilzNa/dVXQ7d3pQzzZrJR7jObu5odNUzcRNpUhqoaG+WDM+55H4xG6EP
        Dh/5/Rh8PBwW7iPsbHiQ4cJfeDVpAp/dTVp94hYGWApIyQi33KBD+lKJKRvxHv2OHRpeBtAg1LSLb4W2Q6Wa3kZLXn1mCc2AtBiTXYkvqkEb22
        iyqVmwwf9hWtab4F2ltX1OwUTPcUWScmzOyDa9QmgOX6VkLQuvouwEJ+HmvMe6mIYNdCCZD6e7U6KmTNGP5SE/WWMBKgqNNl6Tx9t0JI+I6VTg
        cJT0SNYCURBYWFyY64SUuKwYOeGPE8mCPU/jXyMGx5sdkLBqVqOJ4f9+k7m1CXa2ADrpmNZsKFOg8i2Yfoz2tV55GFidWqtOCZX9bv7VIIeuAw
        uOaAskVXPPs29yDdnZujjY8EkE3I269VqpQv6QR5Z43xZPqi1ZgqrM7YvCihPtOxH6sMp/0ppIe51yHLk97jliMdhTE+6llubax4rHeoeBYlWI
        87SHTD+5FLc1zPYPZA3EUJ6sKjc6yWEkFi+4fq85IAPFa+Qzqy1M92VZ1jjbN4/kiCnnBy0121NiY3pTZ6K56PswRQE/aHB5gcyfcgqNqi3z7s
        VUxpFk5jdT/k3qk3YvfJBJAAszYtaP6Qw44epha1HNA7brGYZSPu6fwIwjRkb+xfz51HAuu0m/O9iHyxv7TDexHre00U33E+if2iG+2KE2IriC
        YLfXsc7WZbP2IslSnbd5DIPvYMV9+ISHt24U95Hm0kqOYWVpfJl+rjyiFQlDPLfmTvSllgxs1YGGRLCpGiwU9R0jZgs+hI2puS7J1NV6KitKbN
        kfkhtAcsZF4XpAPxeU9KvC+wDtp6COUog3oAjvNw3eW8N7tGd30MPHIgnd9x5T2XwmvFZ15Dr07+IIQiNYkkUKKkIfYHl8v4zMmUtRXqvhj9Lc
        CfeoNEN+vSlIPzstNImhNl3nDZ0RzrwuBx6weV71ejnzwNjxIOI30m67vyMvN4ydHGLjZgIxxX3D06Xh9x8jWKr+sSHFsoAWkdWONIoHd5W1vz
        rdEOVbvZsHCzXCF17uQBAHqHWvMBrQRJEtuI2ZiGy4Qdu3dGHXKzMIcDcmAP7KrNotYIrGKiwpXRpdD/3L3yhEAe9jINGvh7g488vjUwLZd52n
        VgbOrnbtMwBPt36W7HuMx1L8189NoW+BQuTPG5FKd8YquCZR2eYXrRnfvYLywXusxqAN7nbjLDB3a1EJhDa4+uR+S1ou4mYm8XRmNbvve81qsV
        cWv33kzyIL++kAqThJU7UA7qrDZTMPRrENX9IGeLvt4Fx7BioBvVIuDD5M8RxV8vguLYDT8kShpBHCB/oRlngYJr98rsU8CxvmiTmSBCZY+1+N
        WsGU5Yfbj8ADE2FJd5MJyQqiZLZy8JMdrO0FebKmiaWlajGzt3VX9/TbH3Hr3abCHszAbdvR4UsVVZp2SV7O99ajZSy15JQ41ZUfvnpVJJUeb+
        Mi0a/To+o3HX53Nzsc0BX3/rAfbxabh8JwElLUPMzGVcZmLQ7ACg3xOTamgQYdd5V5453n4glwAABYwYDTEA8JRwIAIQEcAAAAEM9YzOAf/wWS
        XQAZDQAnV9iPwaP51zzAKkUisbTBTtTDk8KuKt1GSKA8xHG3F9VGnU76C+8YuQM9Cuy5KorXs6pymSbpZYBb8c6bdDD3bebcbeclmRRyNfO4lp
        tjKsohjA1iKbGmwzIoJspDS9MuXSEGvPfUoZ67GFAZ3TR8DsA7azshQTxn2872XdincOm2HDsOsMJdUTGLnGLa/G6zw6IHEUK7sEoaQfTGmYTS
        CXbF1hsoUvTbYCrskbFHsUrzh7Zb5xESHZZtb/z9IZc/GZiSRa1eQDEzDMYDNdqBpr2XUcM7VuJ34GU3dFVDA6baEb1KjR/Wcqf1Ee95yRdzle
        Zk5Mhy0/H0wccSsnkzVyTLYZGJOmmcLG54g55c+Q5KxHaC8SVDf++e9HDEULXmYc4yKOtUjdsEaQYP2LnJNIN8vttzgy9Y0tRRQ5ohZtw+/B/O
        QWeldaxW7UoDo0cQ/EZzh2Y1g3vfysmkvFIMKch6s0jQzpLqoWSDrhVWLPf5yj8KG4mkdkfFa7zQl3ENARgGemr0Bkkvkj0BZI1TEg+7lsyica
        NHlUI2VorHL9wgA6pd+KRQSQlnVzzO1+U2jXW7mIq2JxfXdu92PTr1hiEcM3YGXYpCJJ5cbUgz7Qyyn3ojG8GnK7MjiSD8MIm6JTNeR4vRFetn
        EyeTB96hWx+g2aGTQUyKTt+83oRPqY2aC9bWJI+hr3CNNPPLB7fDJ5CqqnBexrE5DvRmhudrUJqHFGIRfuJTPf+C6ISDdGjTicaRozawi670EE
        UjP+UUVCH5mw4SOKUs99rj1kza5ZZcxpH46QcJ8mk5MUhKlydmCeB0Hj5Zw2pk8HHy6BPQRUL+xLGA+yRoTF8f5BneFbOeEFd+SCUMFH3li/0v
        4iWEYT0S+hPnEZTVrLVjyU4hGFF4JOSr2FHJ6jqugP5+uge/ztJL2XO42ftYGNE0oXQho2X295genYvd7QEDiodtPccA/1LeSfMmY+uNZXgWoa
        Cu1IO9i6CTnHZTg8WHFwNweJeboA9tIN44Dr3IrCubpAOVHcvWgji+qfRfyVVzO5bPzZ1g2o5uMSx/+1RDqk2qb7/2uGHN+RWyKvQpxhxiEUvt
        AaPRNNAnSId+mJl6XkiTQ9E4lTUwtV/ZHi3VifIzbu2VT+ZgToAWnoQ8W7b0ILVT4cbL+HSdD1l3J3HZfkg3hXfUmJubH3dYKUeoFN4ffpV9aH
        VF+7e2ni0LL1Gkrnhpvu6jyHiqySqjryDKX7bTgEJpehFRvpS3ev0msq638SmAaXiuO1gUfz6A8Q3Dpe0VS+I1qhhUIH+GWpizyUdbBhSr8LWH
        QpZVIWxkGrehtac5rgQ3mmRr+SQWu9+Sz07ZIBflj3o2lHBkaL8Cz5acy6K+3iwmK5/kNJaWK3ghXD/bHL35GbBXPplBHvnSF696xmbSbA3sKd
        BNm/UBzutJs/zLsRZu1wOMSjmL8jPZmyUa5jDKPdHFIyf/SqfUkXyALq73Wzhj1I165qy596o7Mu4z4F5zZfaRMa0B0JAHC1zMsPRRNxNYRLtP
        vMW5nwz01Hv6SZn3dNlR+PQTSIYNmndLTk8QMyzNWfBJWpwBxo6S4N63p4jHf+Y0q0cD7pDd4N86OpO6kXOXqE5BIaxrRR4jAKd+1D8/g84QWE
        4bsK2lOLSk9wDhgaVNJuWRvb4GghBhEgCUNXVMcrVGIqZbWa81CJXHdl6LxLZdcI38YruxfYcDK6jkyFTUMgSHFIM7IWK7Y0OJDFkdoHI5yPti
        El0f7UQyXJgi31j87ZSxKFZpK9UeVmrJ/gH5Ab6MWJfF+CgEn76s/K9byjkLZ4mmuK9xFHmxphuHfsYkRlL2eS/CrZdxW5ySF0DgNooAYyLf+E
        yxAyA2gG+33BEkMe0uYlxHXLd92e/zm1EAAAAAsQzzlh7s1ssCACEBHAAAABDPWMzgH/8FmV0AGggLRuGESSSh0M+2g/F5lyPemWbf6bAJwjOj
        yAL1xP7lbbGgdYtklbHd78FCSi36n5d/QL1fEPyCG+WismKnrl59gKXXddiiXA+FfGWSX8yyxU3a+Y4JG+MlhKXZs96R6/+2t+6JT9nNEIeDbz
        IQ6zInkG5DyKY4LSyjuGT9wwEZ/QCT8GuNA6qAO7DV9uruLlXScWapchP0CTKw+kY5+4+V8bFsFiVInE5vIQBOjkf1Kb0FH/2TLB80bOopnjeT
        lijbcFBBph8MMapfV84Qfw+BxKc6C7ZHgJJ+S7mpAybPsDzbUt9rzOqRLBQ2J2yMLSc5wABD4lfwOHXluTahxkglkfdaxcXt7KpxsCSK5wxY7l
        duiZueIwXWEn9sFSLwER9ez7Op+0JOjIFpUrf71RLmm/f2NQ7Ncikg1+NscXI8/XAvnK63gMMuMVOjCPG7/i1dfXaanTTSLZoSqTDqGBXPQcr1
        C7rvaXOJ73SKk+7VjuODqiwFdPntwHoulmQU9kxp3lV6PamgKLVUTkkw/33hJsumHmtffwO56EWVJjsaOkvNZvZu1PUBo0J/LaZZzklQsVfreM
        PaQosiHDBQZ9GeMCjsxv29bnIeDRxMedXt6kQohxiz6rQKFF2cuxpvQYmN5TtvCpt7ouzP1gBLFMvdu5RWi0mure5m4nd7C9ql2Tovkxh2Xksk
        lJe777ixCu5CLrRWeJzuKsgIbKsh5OsvFIs4LraLNSIIjmz746Ua15A4ymusZxJRuO6p7EpbrLmZKA9q8Ci28PuZwMiwPgaRrnrAtbr7RnAXCQ
        j2ZV32TiUvz0vh57i51sbhpH7QNfcnZL8dNDC0FQqd0f0VZtG28lR3P2PnPMV+pcpraILrfHilOwM39Xt7oT1FqWRVgPqEP0IQcSKEknM2J0ug
        EA/G3Rpdmd/7Pa6g4x/JA27LsCnuOxl2EE/Qtroj4lDD8budb6AQUpmxWVt8iJ9XQJzbGbWcd9PHLbbwYqOEivUtfswi49JiZI0KIUN75X6xQm
        Df74abgUe2kBGrZVTtVjQ9Di+9pF8CfA/Uf6LPZ5CEWmrsDE8o+isXiH6RbzarOSHYkwjFBWx7AWw1i4vvaxX8WpRKbTY/Ohm54JqBfj74sAov
        bT71RcCEdzvQRSgbGus8uESNTKT7n+ukKiLJrGkYvNHk6bbaISA6/6kyfQc1Cp2HG0CRUjkQmBf6N2BL3LmCAWTh1znDbzarKTLTYSVOf2nsFS
        vFDUmwss/9PsWD81l7WNXP9+NafiT+cubzYDc5uJVma37NITXixcBRqRnl3AHotqul4m9ZCWizTj4dkCGkvaRgCj58KG5D3fGEa1y3CTQKCR40
        /J8ZO5PHfk0H5iv/OVUt+/yFwhsy4Gq3veMQCKK1/X8mG48A0EHjVWVQto1ayboIY16PWvGXEgp1blImowpRiRnblEU1eJyI+yQf2lDdIiw5eC
        hDlOvvKuDJQzotgcAvrPqmfsCQvB1eEP6D3Z8b81/od5HEnHZL2t3NfF6U8d4sS6WHeQHeElhdUF53FtTb8ko1x+qdljF/vrnJYMVLlhVipkY+
        x/uteIqVJbQhTWWl16fl+y/Qb3x3FhbjePdelYFj3knG3qRbu+cSkKbJ5QxshiMzjGybwf9GpkRK6P7hGtA68McpxMCh73OOSZkNT14mqWIj18
        h4nAKctTVIdeVCJVpHGxveLvIt2/sgZJC5d3wCsHyswlfStVAWLorZ3N2E8reAcoJRmZxq+/AkYCqBx/XNi4WeFdvmjQwAgmyFsfo5st8yOnbE
        FlMNENGWOQLAjTx1OEz0PieAQWBNwE7lsdO/WXrQadDY3Ikcsgp5OAoMWcHjDzjOkyPVJTiDKXzNYSsNsG03X45hTba4Ug2wj6zSE8CBwvT8SK
        k9C1YAAAAAGCJU52ZmxKoCACEBHAAAABDPWMzgCFACEF0AGWC0ZDbj1dSNROC3/6/qw0Wm7+vwRD7JUtPhyqSfCjK8aIiJBKUx7sLmY6W7bfkD
        bsF89X2Uohdb4U+3Y+KraKGjqK+agJTbj+uKiJLoLn33ZEexqCmFXwbkDkgFU3+ohIIFXvQ/FBVpQUeL7wkIgeJ0uJKGJHDVcHpWDIGLgT4fQw
        LJJqgXrKKrYqPsO44rB6BYLQEMlWE+dpfvFtO4/VtA8sMlzW0tzPV9AMgysFAYtPcOl3ip4vJ5RNJPerTK96METPjy4aT4CJujlbUYAZteCqF5
        aXesPMywG5mMur+Z3lWCTLsFTtf9fzji4vjjTZB6siRYMpjQm1wwgxvtZpIhharMoLwAThKQ6gbTE9rP20FAjs7LG1QV8OaFQS+RMCrZGgKou+
        ggrdWLyO1PpSLLI5Dkd7txBaDirtB6koXLoOxvvQ2G5+Mi464GgXCLncD89p6O5M+7Mpo6bvMHk+4WSH3UWVVEfH9Fbs8zbkPC4h8h6DZJEUil
        1421f3UwQCPUN1sMsousIEh3vak9Vuj4tOpCG13m8tnNB2cEmpzvnEwq0jlnf+vfRNwYkfL68la/yeF3IufwLjeNrlzweBpL9+ywV2qxzc4QVg
        +KjcDLtiLpa+DGuC/OETJKCCKyN5psb/xQJhpKv2K0761MetFGWLETi23W2jHgmk7FlBtMKnEvN0SLakAlU5bP/dkAANU5pvisW5YlAASwC4BA
        rguAQLULgECsBNEQAACZOV8oCfRi5gUAAAAABFla
        """;

    /// <summary><c>printf 'second stream\n' | xz -9 --check=sha256</c>.</summary>
    private const string SecondXzBase64 = """
        /Td6WFoAAArh+wyhAgAhARwAAAAQz1jMAQANc2Vjb25kIHN0cmVhbQoAAABNujsvGmAbFzcwp1n4U8axEhzDYYPiIh+9ylcteCX/wgABPg5Rg/
        uGGJtLmgEAAAAAClla
        """;

    /// <summary>900 lines of text.</summary>
    public static readonly byte[] Content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 900).Select(i =>
        $"{i * 7 % 223 + 1}.{i * i * 31 % 256}.{((long)i * i * i * 17 + i) % 256}.0/24 via 192.0.2.{i * i % 5}\n")));

    public static readonly byte[] SecondXz = Convert.FromBase64String(SecondXzBase64);

    public static byte[] Compress(ContainerFormat format, byte[] content, int level = 9)
    {
        using var target = new MemoryStream();
        switch (format)
        {
            case ContainerFormat.Gzip:
                using (var gzip = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true))
                    gzip.Write(content);
                break;
            case ContainerFormat.Bzip2:
                using (var bzip2 = new BZip2OutputStream(target, level) { IsStreamOwner = false })
                    bzip2.Write(content);
                break;
            case ContainerFormat.Zstd:
                var parameters = new Dictionary<ZSTD_cParameter, int> { [ZSTD_cParameter.ZSTD_c_checksumFlag] = 1 };
                using (var options = new CompressionOptions(null!, parameters, 3))
                using (var zstd = new CompressionStream(target, options, 1 << 16))
                    zstd.Write(content);
                break;
            case ContainerFormat.Xz when content.AsSpan().SequenceEqual(Content):
                return Convert.FromBase64String(XzBase64);
            case ContainerFormat.Plain:
                return content;
            default:
                throw new NotSupportedException($"nothing here writes {format}");
        }

        return target.ToArray();
    }

    /// <summary>All that is delivered of a file, and how reading it failed, whether it is damaged or not supported.</summary>
    /// <summary>The content without what is said to be confirmed by no check.</summary>
    public static byte[] Confirmed(byte[] content, IOException failure) =>
        content[..^(int)((failure as ContainerDamageException)?.Unconfirmed ?? 0)];

    public static (byte[] Content, IOException? Failure) Outcome(byte[] file)
    {
        try
        {
            return ReadAll(file);
        }
        catch (UnsupportedContainerException unsupported)
        {
            return ([], unsupported);
        }
    }

    public static (byte[] Content, ContainerDamageException? Damage) ReadAll(byte[] file, int piece = 5000, int workers = 2)
    {
        using var input = CompressedInput.Open(new MemoryStream(file), workers);
        var content = new MemoryStream();
        var buffer = new byte[piece];
        try
        {
            for (int read; (read = input.Read(buffer)) > 0;)
                content.Write(buffer, 0, read);
            Assert.Null(input.Damage);
            return (content.ToArray(), null);
        }
        catch (ContainerDamageException damage)
        {
            Assert.Same(damage, input.Damage);
            Assert.Equal(content.Length, input.Position);
            return (content.ToArray(), damage);
        }
    }
}
