// SPDX-License-Identifier: MIT
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Sim.Files;
using Sim.Testing;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class DumpDownloadTests : IDisposable
{
    private static readonly byte[] Content = MakeContent(300_000, 1);
    private static readonly byte[] NewContent = MakeContent(200_000, 2);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly HttpClient _client = new();

    private string Target => Path.Combine(_folder, "dump.gz");

    private string Part => Target + ".part";

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_download_arrives_whole_verified_and_under_its_name()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content));
        var progress = new List<(long, long?)>();
        var result = await RunAsync(server, progress: (done, total) => progress.Add((done, total)), sha256: Sha256(Content));
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal(new DownloadResult(Content.Length, 0, Sha256(Content), "\"v1\""), result);
        Assert.Equal((0, Content.Length), progress[0]);
        Assert.Equal((Content.Length, Content.Length), progress[^1]);
        Assert.Equal(progress.Order(), progress);
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_in_place_of_the_file_leaves_a_good_file_as_it_was(bool compressed)
    {
        File.WriteAllBytes(Target, Content);
        var page = "<html><body>Log in</body></html>\n"u8.ToArray();
        using var target = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(page);
        using var server = new LoopbackServer(LoopbackServer.Whole(compressed ? target.ToArray() : page));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(server));
        Assert.Contains("HTML, such as an error page, and no dump", error.Message, StringComparison.Ordinal);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_truncated_response_leaves_a_part_and_the_next_run_asks_for_the_rest_only()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content, send: 100_000), LoopbackServer.Rest(Content));
        var error = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.Contains("resume", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.Equal(Content[..100_000], File.ReadAllBytes(Part));

        var result = await RunAsync(server, sha256: Sha256(Content));
        Assert.Equal(100_000, result.ResumedAt);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Contains("Range: bytes=100000-", server.Requests[1], StringComparison.Ordinal);
        Assert.Contains("If-Range: \"v1\"", server.Requests[1], StringComparison.Ordinal);
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_file_that_changed_meanwhile_is_downloaded_anew()
    {
        using var server = new LoopbackServer(
            LoopbackServer.Whole(Content, send: 100_000), LoopbackServer.Whole(NewContent, etag: "\"v2\""));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        var result = await RunAsync(server);
        Assert.Equal(0, result.ResumedAt);
        Assert.Equal(NewContent, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_part_longer_than_the_file_is_thrown_away()
    {
        using var server = new LoopbackServer(
            LoopbackServer.Whole(Content, send: 250_000),
            LoopbackServer.Answer("HTTP/1.1 416 Range Not Satisfiable\nContent-Length: 0", []),
            LoopbackServer.Whole(NewContent));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        await RunAsync(server);
        Assert.Equal(NewContent, File.ReadAllBytes(Target));
        Assert.DoesNotContain("Range:", server.Requests[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_an_unknown_version_is_not_continued()
    {
        File.WriteAllBytes(Part, [1, 2, 3]);
        using var server = new LoopbackServer(LoopbackServer.Whole(Content));
        await RunAsync(server);
        Assert.DoesNotContain("Range:", server.Requests[0], StringComparison.Ordinal);
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_server_that_sends_another_range_than_asked_for_is_not_believed()
    {
        using var server = new LoopbackServer(
            LoopbackServer.Whole(Content, send: 100_000),
            LoopbackServer.Answer(
                $"HTTP/1.1 206 Partial Content\nContent-Length: 10\nContent-Range: bytes 5-14/{Content.Length}", new byte[10]),
            LoopbackServer.Whole(Content));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        await RunAsync(server, sha256: Sha256(Content));
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Theory]
    [InlineData(404, "dates")]
    [InlineData(403, "refuses")]
    [InlineData(503, "wait")]
    [InlineData(500, "later")]
    public async Task A_refusal_names_the_status_and_what_to_do_and_leaves_nothing(int status, string advice)
    {
        using var server = new LoopbackServer(LoopbackServer.Answer($"HTTP/1.1 {status} No\nContent-Length: 2", "no"u8.ToArray()));
        var error = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.Contains($"{status}", error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains(server.Url.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_refusal_keeps_the_part_of_an_earlier_attempt()
    {
        using var server = new LoopbackServer(
            LoopbackServer.Whole(Content, send: 100_000),
            LoopbackServer.Answer("HTTP/1.1 503 Busy\nContent-Length: 0", []),
            LoopbackServer.Rest(Content));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.Equal(100_000, (await RunAsync(server)).ResumedAt);
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_wrong_digest_is_an_error_and_the_file_is_not_kept()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content), LoopbackServer.Whole(Content));
        var sha = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, sha256: Sha256(NewContent)));
        Assert.Contains(Sha256(Content), sha.Message, StringComparison.Ordinal);
        var md5 = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, md5: Md5(NewContent)));
        Assert.Contains(Md5(Content), md5.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_right_MD5_in_capitals_is_accepted()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content));
        await RunAsync(server, md5: Md5(Content).ToUpperInvariant());
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_file_of_unstated_length_arrives_too()
    {
        using var server = new LoopbackServer(LoopbackServer.Answer("HTTP/1.1 200 OK\nConnection: close", Content));
        long? total = 1;
        await RunAsync(server, progress: (_, stated) => total = stated);
        Assert.Null(total);
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task An_empty_file_is_an_error()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole([]));
        var error = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.Contains("empty", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_part_that_no_download_made_is_left_alone()
    {
        File.WriteAllText(Part, "mine");
        File.WriteAllText(Target + ".2.part.tag", "mine too");
        using var server = new LoopbackServer(LoopbackServer.Whole(Content, send: 100_000), LoopbackServer.Rest(Content));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.Equal(Content[..100_000], File.ReadAllBytes(Target + ".3.part"));
        Assert.Equal(100_000, (await RunAsync(server)).ResumedAt);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal(("mine", "mine too"), (File.ReadAllText(Part), File.ReadAllText(Target + ".2.part.tag")));
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task A_part_of_another_address_is_not_continued()
    {
        using var one = new LoopbackServer(LoopbackServer.Whole(NewContent, send: 100_000));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(one));
        using var other = new LoopbackServer(LoopbackServer.Whole(Content));
        await RunAsync(other);
        Assert.DoesNotContain("Range:", other.Requests[0], StringComparison.Ordinal);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_part_that_nothing_can_be_asked_to_continue_is_not_kept()
    {
        using var server = new LoopbackServer(LoopbackServer.Answer($"HTTP/1.1 200 OK\nContent-Length: {Content.Length}", Content[..5000]));
        var error = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server));
        Assert.DoesNotContain("resume", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task A_link_stays_a_link_and_the_file_that_it_leads_to_keeps_its_mode()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "modes");
        Directory.CreateDirectory(Path.Combine(_folder, "deep"));
        var real = Path.Combine(_folder, "deep", "real.gz");
        File.WriteAllText(real, "older");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(Target, "deep/real.gz");
        using var server = new LoopbackServer(LoopbackServer.Whole(Content));
        await RunAsync(server);
        Assert.Equal("deep/real.gz", new FileInfo(Target).LinkTarget);
        Assert.Equal(Content, File.ReadAllBytes(real));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
        Assert.Equal([real], Directory.GetFiles(Path.Combine(_folder, "deep")));
    }

    [Fact]
    public async Task A_fifo_gets_the_verified_content()
    {
        SpecialFiles.Fifo(Target);
        var read = Task.Run(() => File.ReadAllBytes(Target), TestContext.Current.CancellationToken);
        using var server = new LoopbackServer(LoopbackServer.Whole(NewContent), LoopbackServer.Whole(Content));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, sha256: Sha256(Content)));
        await RunAsync(server, sha256: Sha256(Content));
        Assert.Equal(Content, await read);
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Of_two_digests_both_must_be_right()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content), LoopbackServer.Whole(Content));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, sha256: Sha256(Content), md5: Md5(NewContent)));
        await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, sha256: Sha256(NewContent), md5: Md5(Content)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_second_download_into_the_same_file_is_refused_while_the_first_one_runs()
    {
        using var server = new LoopbackServer(LoopbackServer.Whole(Content), LoopbackServer.Whole(Content));
        UnusableOutputException? refused = null;
        await RunAsync(server, progress: (_, _) => refused ??= Assert.Throws<UnusableOutputException>(
            () => { RunAsync(server).GetAwaiter().GetResult(); }));
        Assert.Contains("another download", refused!.Message, StringComparison.Ordinal);
        Assert.Equal(Content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_named()
    {
        Directory.CreateDirectory(Target);
        using var server = new LoopbackServer(LoopbackServer.Whole(Content));
        var error = await Assert.ThrowsAsync<UnusableOutputException>(() => RunAsync(server));
        Assert.Contains(Target, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_schemes_than_http_are_refused()
    {
        var error = await Assert.ThrowsAsync<DownloadException>(() => new DumpDownload(_client).RunAsync(
            new DownloadRequest { Url = new Uri("ftp://127.0.0.1/dump"), File = Target },
            cancel: TestContext.Current.CancellationToken));
        Assert.Contains("https", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_falls_silent_ends_in_an_error_and_leaves_the_part()
    {
        using var silence = new CancellationTokenSource();
        using var server = new LoopbackServer(async (request, stream) =>
        {
            await LoopbackServer.Whole(Content, send: 50_000)(request, stream);
            await stream.FlushAsync();
            await Task.Delay(Timeout.Infinite, silence.Token);
        });
        var error = await Assert.ThrowsAsync<DownloadException>(() => RunAsync(server, timeout: TimeSpan.FromSeconds(3)));
        Assert.Contains("nothing came", error.Message, StringComparison.Ordinal);
        Assert.Equal(Content[..50_000], File.ReadAllBytes(Part));
        await silence.CancelAsync();
    }

    [Fact]
    public async Task Cancelling_leaves_the_part_and_the_next_run_resumes()
    {
        using var cancel = new CancellationTokenSource();
        using var held = new CancellationTokenSource();
        using var server = new LoopbackServer(
            async (request, stream) =>
            {
                await LoopbackServer.Whole(Content, send: 150_000)(request, stream);
                await stream.FlushAsync();
                try
                {
                    await Task.Delay(Timeout.Infinite, held.Token);
                }
                catch (OperationCanceledException)
                {
                    // The test is done with this connection.
                }
            },
            LoopbackServer.Rest(Content));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            server, progress: (done, _) => { if (done == 150_000) cancel.Cancel(); }, cancel: cancel));
        Assert.Equal(150_000, new FileInfo(Part).Length);
        await held.CancelAsync();
        Assert.Equal(150_000, (await RunAsync(server)).ResumedAt);
        Assert.Equal(Content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        Uri gone;
        using (var server = new LoopbackServer())
            gone = server.Url;
        var error = await Assert.ThrowsAsync<DownloadException>(() => new DumpDownload(_client).RunAsync(
            new DownloadRequest { Url = gone, File = Target }, cancel: TestContext.Current.CancellationToken));
        Assert.Contains(gone.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains("connection", error.Message, StringComparison.Ordinal);
    }

    private Task<DownloadResult> RunAsync(
        LoopbackServer server, Action<long, long?>? progress = null, string? sha256 = null, string? md5 = null,
        TimeSpan? timeout = null, CancellationTokenSource? cancel = null) =>
        new DumpDownload(_client).RunAsync(
            new DownloadRequest
            {
                Url = server.Url, File = Target, Sha256 = sha256, Md5 = md5, Timeout = timeout ?? TimeSpan.FromSeconds(20),
            },
            progress, cancel?.Token ?? TestContext.Current.CancellationToken);

    private static byte[] MakeContent(int length, ulong seed)
    {
        var rng = new Rng(seed);
        var content = new byte[length];
        foreach (ref var one in content.AsSpan())
            one = (byte)rng.Next();
        return content;
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Md5(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
