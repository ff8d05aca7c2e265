// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sim.Workloads.Tests.Tables;

/// <summary>A web server of the very kinds of trouble a test wants: each request is answered by the next script.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Queue<Func<string, NetworkStream, Task>> _scripts;

    public LoopbackServer(params Func<string, NetworkStream, Task>[] scripts)
    {
        _scripts = new Queue<Func<string, NetworkStream, Task>>(scripts);
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>The heads of the requests, in order.</summary>
    public List<string> Requests { get; } = [];

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/dump.gz");

    /// <summary>Answers with a head and a body, and closes.</summary>
    public static Func<string, NetworkStream, Task> Answer(string head, byte[] body) =>
        async (_, stream) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Replace("\n", "\r\n") + "\r\n\r\n"));
            await stream.WriteAsync(body);
        };

    /// <summary>Says it has a whole file and sends so many bytes of it.</summary>
    public static Func<string, NetworkStream, Task> Whole(byte[] file, int? send = null, string etag = "\"v1\"") =>
        Answer($"HTTP/1.1 200 OK\nContent-Length: {file.Length}\nETag: {etag}", file[..(send ?? file.Length)]);

    /// <summary>Sends the rest of a file from where the request's Range begins.</summary>
    public static Func<string, NetworkStream, Task> Rest(byte[] file) =>
        (request, stream) =>
        {
            var range = request.Split('\n').Single(line => line.StartsWith("Range: bytes=", StringComparison.Ordinal));
            var from = int.Parse(range["Range: bytes=".Length..].Trim().TrimEnd('-'));
            return Answer(
                $"HTTP/1.1 206 Partial Content\nContent-Length: {file.Length - from}\n"
                + $"Content-Range: bytes {from}-{file.Length - 1}/{file.Length}\nETag: \"v1\"",
                file[from..])(request, stream);
        };

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        while (_scripts.TryDequeue(out var script))
        {
            using var client = await _listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
                head.Append((char)one[0]);
            Requests.Add(head.ToString());
            await script(head.ToString(), stream);
        }
    }
}
