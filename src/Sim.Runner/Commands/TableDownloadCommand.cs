// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Security.Cryptography;
using Sim.Files;
using Sim.Workloads.Tables;

namespace Sim.Runner.Commands;

/// <summary><c>table download</c>: fetches a dump and verifies it.</summary>
internal static class TableDownloadCommand
{
    public static Command Create()
    {
        var url = new Argument<string>("URL") { Description = "Where the dump is: see datasets/README.md." };
        var output = new Argument<FileInfo?>("FILE") { Description = "File to write; by default the URL's last part, in this folder.", Arity = ArgumentArity.ZeroOrOne };
        var sha256 = Digest("--sha256", "Expected SHA-256, in hex.", SHA256.HashSizeInBytes);
        var md5 = Digest("--md5", "Expected MD5, in hex, where an archive publishes only that.", 16);
        var command = new Command(
            "download",
            """
            Downloads a dump, with a progress bar; an interrupted download goes on where it stopped. The length is checked
            against the server's, the digest against yours, and the container (gz, bz2, xz, zst) from end to end.

            Examples:
              table download https://data.ris.ripe.net/rrc00/latest-bview.gz
              table download https://archive.routeviews.org/bgpdata/2026.02/RIBS/rib.20260222.1400.bz2 rib.bz2
            """)
        {
            url, output, sha256, md5,
        };
        command.SetAction((parsed, cancel) =>
        {
            var address = Address(parsed.GetValue(url)!);
            var request = new DownloadRequest
            {
                Url = address,
                File = parsed.GetValue(output)?.ToString() ?? Path.GetFileName(address.LocalPath),
                Sha256 = parsed.GetValue(sha256),
                Md5 = parsed.GetValue(md5),
            };
            if (request.File.Length == 0)
                throw new UserException($"{address} names no file; name a file after it");
            return Task.FromResult(Terminal.WithProgress(progress => Run(request, progress, cancel)));
        });
        return command;
    }

    /// <summary>A digest is looked at before a download that may take an hour.</summary>
    private static Option<string?> Digest(string name, string description, int bytes)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "HEX" };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.Length != bytes * 2 || !token.Value.All(char.IsAsciiHexDigit)))
                result.AddError($"{name} takes {bytes * 2} hexadecimal digits, not '{token.Value}'.");
        });
        return option;
    }

    private static int Run(DownloadRequest request, IWorkProgress progress, CancellationToken cancel)
    {
        const double megabyte = 1e6;
        var begun = false;
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var running = new DumpDownload(client).RunAsync(
            request,
            (bytes, total) =>
            {
                if (!begun)
                    progress.Step($"download {Path.GetFileName(request.File)}", (total ?? 0) / megabyte, "MB");
                begun = true;
                progress.Done(bytes / megabyte);
            },
            cancel);
        DownloadResult result;
        try
        {
            result = running.GetAwaiter().GetResult();
        }
        catch (InvalidDataException error)
        {
            throw new UserException(error.Message);
        }

        var resumed = result.ResumedAt > 0 ? $", resumed at {result.ResumedAt:N0}" : "";
        var target = OutputTarget.Of(request.File);
        var said = Terminal.Beside(target);
        said.WriteLine($"{request.File}: {result.Bytes:N0} bytes{resumed}");
        said.WriteLine($"sha256 {result.Sha256}");
        // What went through a pipe or into a device cannot be read again.
        if (target.IsInPlace)
            return ExitCode.Success;
        return TableInfoCommand.VerifyContainer(new FileInfo(request.File), progress, cancel);
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UserException($"'{text}' is no http or https address");
}
