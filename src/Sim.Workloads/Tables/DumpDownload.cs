// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Sim.Files;

namespace Sim.Workloads.Tables;

/// <summary>A download that did not succeed. The message says what happened and what to do about it.</summary>
public sealed class DownloadException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>What to download and how.</summary>
public sealed record DownloadRequest
{
    public required Uri Url { get; init; }

    /// <summary>The file to end up with: a path, or <c>-</c> for standard output.</summary>
    public required string File { get; init; }

    /// <summary>Expected SHA-256 in hex, where known. Where both digests are, both must be right.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Expected MD5 in hex, where the archive publishes only that: it finds accidents, not forgeries.</summary>
    public string? Md5 { get; init; }

    /// <summary>Longest time to wait for the response's header, and for any next bytes of its body.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What a download came to.</summary>
/// <param name="Bytes">Length of the file.</param>
/// <param name="ResumedAt">Bytes that an earlier attempt had left; 0 where it began anew.</param>
/// <param name="Sha256">SHA-256 of the file, lower-case hex.</param>
/// <param name="ETag">The server's tag of this version, null where it gives none.</param>
public sealed record DownloadResult(long Bytes, long ResumedAt, string Sha256, string? ETag);

/// <summary>
/// Downloads a dump over HTTP (RFC 9110): into a part (<see cref="PartFile"/>), which takes the file's place when it is complete and
/// verified. An interrupted download leaves the part; the next one asks for the rest (Range) if the file is still the same version
/// (If-Range with the ETag or the date), and starts over where the server says it is not.
/// </summary>
public sealed class DumpDownload(HttpClient client)
{
    private const int BufferSize = 1 << 16;
    private const int HeadBytes = 4096;

    /// <summary>Downloads and verifies.</summary>
    /// <param name="request">What to download.</param>
    /// <param name="progress">Told (bytes so far, bytes in all or null where the server does not say).</param>
    /// <param name="cancel">Ends the download; the part stays and can be resumed.</param>
    /// <exception cref="InvalidDataException">It is a page, such as an error's, and no dump.</exception>
    /// <exception cref="DownloadException">Refused, interrupted, cut off or not what was expected.</exception>
    /// <exception cref="UnusableOutputException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by <paramref name="cancel"/>.</exception>
    public async Task<DownloadResult> RunAsync(
        DownloadRequest request, Action<long, long?>? progress = null, CancellationToken cancel = default)
    {
        if (request.Url.Scheme is not ("http" or "https"))
            throw new DownloadException($"{request.Url}: only http and https addresses can be downloaded");
        using var part = PartFile.Open(request.File, request.Url);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            patience.CancelAfter(request.Timeout);
            using var response = await SendAsync(request, part, patience.Token);
            var resumedAt = part.Length;
            var total = CheckLength(request, response, part);
            await ReceiveAsync(response, part, total, request.Timeout, progress, patience);
            return await FinishAsync(request, response, part, total, resumedAt, cancel);
        }
        catch (OperationCanceledException canceled) when (!cancel.IsCancellationRequested)
        {
            throw new DownloadException(
                $"{request.Url}: nothing came for {request.Timeout.TotalSeconds:0.#} s; run the command again{part.ToResume}", canceled);
        }
        catch (HttpRequestException failed)
        {
            throw new DownloadException(
                $"{request.Url}: {failed.Message}; check the address and the connection, then run the command again", failed);
        }
        catch (IOException broken) when (broken is not (DownloadException or UnusableOutputException or ReaderGoneException))
        {
            throw new DownloadException($"{request.Url}: {broken.Message}; run the command again{part.ToResume}", broken);
        }
    }

    /// <summary>Asks for the file, or for the rest of it; afterwards the part holds what the answer continues.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        DownloadRequest request, PartFile part, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Url);
        if (part.Length > 0)
        {
            message.Headers.Range = new RangeHeaderValue(part.Length, null);
            message.Headers.TryAddWithoutValidation("If-Range", part.Tag);
        }

        var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode == HttpStatusCode.PartialContent
            && response.Content.Headers.ContentRange?.From == part.Length && part.Length > 0)
        {
            return response;
        }

        var tooFar = response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && part.Length > 0;
        if (!tooFar && response.StatusCode != HttpStatusCode.OK)
        {
            // Some other range than the one asked for: without the part the next attempt asks for no range.
            if (response.StatusCode == HttpStatusCode.PartialContent)
                part.Clear();
            using (response)
                throw new DownloadException(Refusal(request, response));
        }

        // The whole file is coming, or the part is no beginning of it: either way the part is of no use.
        part.Clear();
        if (!tooFar)
        {
            part.SetTag(TagOf(response));
            return response;
        }

        response.Dispose();
        return await SendAsync(request, part, cancel);
    }

    private static string Refusal(DownloadRequest request, HttpResponseMessage response)
    {
        var advice = (int)response.StatusCode switch
        {
            404 or 410 => "there is no such file: look at the archive's folder for the dates it has",
            401 or 403 => "the server refuses access",
            429 or 503 => "the server is busy: wait before running the command again",
            >= 500 => "the server is in trouble: run the command again later",
            _ => "not an answer that a download can continue with",
        };
        return $"{request.Url}: status {(int)response.StatusCode}; {advice}";
    }

    /// <summary>The length of the whole file, null where the server does not say.</summary>
    private static long? CheckLength(DownloadRequest request, HttpResponseMessage response, PartFile part)
    {
        var total = response.Content.Headers.ContentRange?.Length
            ?? (response.Content.Headers.ContentLength is { } rest ? part.Length + rest : null);
        if (total != 0)
            return total;
        part.Clear();
        throw new DownloadException($"{request.Url}: the file is empty; choose another time or collector");
    }

    private static async Task ReceiveAsync(
        HttpResponseMessage response, PartFile part, long? total, TimeSpan timeout,
        Action<long, long?>? progress, CancellationTokenSource patience)
    {
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        var buffer = new byte[BufferSize];
        var done = part.Length;
        progress?.Invoke(done, total);
        while (true)
        {
            patience.CancelAfter(timeout);
            var read = await body.ReadAsync(buffer, patience.Token);
            if (read == 0)
                break;
            // Written whatever happens: bytes that came are not thrown away by a cancellation.
            await part.AppendAsync(buffer.AsMemory(0, read));
            done += read;
            progress?.Invoke(done, total);
        }

        patience.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    private static async Task<DownloadResult> FinishAsync(
        DownloadRequest request, HttpResponseMessage response, PartFile part, long? total, long resumedAt,
        CancellationToken cancel)
    {
        var length = part.Length;
        if (total is { } expected && length < expected)
        {
            throw new DownloadException(
                $"{request.Url}: the connection ended after {length} of {expected} bytes; run the command again{part.ToResume}");
        }

        if (total is { } most && length > most)
        {
            part.Clear();
            throw new DownloadException($"{request.Url}: {length} bytes came instead of {most}; run the command again");
        }

        var sha256 = await DigestAsync(part, HashAlgorithmName.SHA256, cancel);
        await CheckDigestAsync(request, part, sha256, cancel);
        // A page that asks to log in is sent as if it were the file; a good file must not make room for it.
        if (part.ReadHead(HeadBytes) is var head && ContentRecogniser.IsNoList(head))
        {
            part.Clear();
            throw new InvalidDataException($"{request.Url}: {ContentRecogniser.Describe(head)}, and no dump; {request.File} is as it was");
        }

        part.Complete(cancel);
        return new DownloadResult(length, resumedAt, sha256, response.Headers.ETag?.ToString());
    }

    /// <summary>A part with the wrong digest is deleted: resuming it would only repeat the mistake.</summary>
    private static async Task CheckDigestAsync(
        DownloadRequest request, PartFile part, string sha256, CancellationToken cancel)
    {
        await CheckAsync("SHA-256", request.Sha256, () => Task.FromResult(sha256));
        await CheckAsync("MD5", request.Md5, () => DigestAsync(part, HashAlgorithmName.MD5, cancel));

        async Task CheckAsync(string name, string? expected, Func<Task<string>> digest)
        {
            if (expected is null || await digest() is var actual && string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
                return;
            part.Clear();
            throw new DownloadException(
                $"{request.Url}: {name} is {actual}, not {expected}; the file was deleted: check the digest, or run the command again");
        }
    }

    private static async Task<string> DigestAsync(PartFile part, HashAlgorithmName algorithm, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[1 << 20];
        var at = 0L;
        for (int read; (read = await part.ReadAsync(buffer, at, cancel)) > 0; at += read)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What identifies this version of the file to If-Range: a strong ETag or the date (RFC 9110, 13.1.5).</summary>
    private static string? TagOf(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { IsWeak: false } tag)
            return tag.ToString();
        return response.Content.Headers.LastModified?.ToString("R");
    }
}
