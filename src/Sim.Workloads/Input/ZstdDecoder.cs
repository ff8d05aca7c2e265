// SPDX-License-Identifier: MIT
using Microsoft.Win32.SafeHandles;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]

namespace Sim.Workloads.Input;

/// <summary>Decodes zstd (RFC 8878), any number of frames. ZstdNet's own stream mistakes a cut-off frame for a complete frame, so this
/// class calls the native library directly.</summary>
/// <remarks>ZSTD_decompressStream returns how many bytes it wants next, or 0 when a frame is complete. If every call receives exactly the
/// number of bytes wanted, it decodes one block. When a call fails, all content before the failure has been delivered.</remarks>
internal sealed unsafe partial class ZstdDecoder : Decoder
{
    private const int WindowLogMax = 100;

    /// <summary>The largest supported window: 256 MiB, twice the default of zstd. A hostile frame may ask for 2 GiB.</summary>
    private const int LargestWindowLog = 28;

    private const string Command = "zstd -dc --long=31 FILE";

    private readonly ByteFeed _feed;
    private readonly Context _context = ZSTD_createDStream();
    private nuint _wanted;
    private bool _inFrame, _outputFull;
    private long _delivered;

    public ZstdDecoder(ByteFeed feed)
    {
        _feed = feed;
        if (_context.IsInvalid)
            throw new InvalidOperationException("zstd cannot make a decompression context");
        ZSTD_DCtx_setParameter(_context, WindowLogMax, LargestWindowLog);
    }

    public override long CompressedPosition => _feed.Consumed;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (!_inFrame && !OpenFrame())
                return 0;
            // The rest of a block that did not fit is fetched before the next block begins. If the next block were
            // corrupt, both would be lost.
            var wanted = _outputFull ? 0 : (int)Math.Min(_wanted, 1 << 18);
            _feed.Fill(wanted);
            var written = Step(_feed.Buffered[..Math.Min(wanted, _feed.Buffered.Length)], buffer, out var used);
            if (written > 0)
                return written;
            if (_inFrame && used == 0 && wanted > 0)
                throw new ContainerDamageException(ContainerFormat.Zstd, _feed.Consumed, "the zstd frame is cut off") { IsCutOff = true };
        }
    }

    public override void Dispose() => _context.Dispose();

    private bool OpenFrame()
    {
        Verified = _delivered;
        if (!_feed.Fill(1))
            return false;
        _feed.Fill(4);
        if (!ContainerMagic.IsZstd(_feed.Buffered))
            throw Damaged("garbage after the end");
        _wanted = ZSTD_initDStream(_context);
        _inFrame = true;
        return true;
    }

    private int Step(ReadOnlySpan<byte> input, Span<byte> output, out int used)
    {
        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            var source = new ZstdBuffer { Start = from, Size = (nuint)input.Length };
            var target = new ZstdBuffer { Start = to, Size = (nuint)output.Length };
            var result = ZSTD_decompressStream(_context, &target, &source);
            if (ZSTD_isError(result) != 0)
                throw Failed(result);
            used = (int)source.Position;
            _feed.Consume(used);
            _wanted = result;
            _outputFull = target.Position == target.Size;
            _inFrame = result != 0;
            _delivered += (long)target.Position;
            return (int)target.Position;
        }
    }

    /// <summary>Makes the exception for an error code of zstd_errors.h. Codes for unsupported features give an
    /// <see cref="UnsupportedContainerException"/>, and all other codes give a <see cref="ContainerDamageException"/>.</summary>
    private IOException Failed(nuint result)
    {
        const int versionUnsupported = 12, parameterUnsupported = 14, windowTooLarge = 16, dictionaryWrong = 32;
        return ZSTD_getErrorCode(result) switch
        {
            versionUnsupported or parameterUnsupported => Unsupported("frame header fields of a later version of the format"),
            windowTooLarge => Unsupported($"a window of more than {1 << (LargestWindowLog - 20)} MiB"),
            dictionaryWrong => new UnsupportedContainerException(
                "zstd with a dictionary is not supported", "zstd -dc -D DICTIONARY FILE", _feed.Consumed),
            _ => Damaged($"the zstd frame is corrupt ({Marshal.PtrToStringUTF8(ZSTD_getErrorName(result))})"),
        };
    }

    private UnsupportedContainerException Unsupported(string what) => new($"zstd with {what} is not supported", Command, _feed.Consumed);
    private ContainerDamageException Damaged(string what) => new(ContainerFormat.Zstd, _feed.Consumed, what);

    private sealed class Context() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => ZSTD_isError(ZSTD_freeDStream(handle)) == 0;
    }

    /// <summary>ZSTD_inBuffer or ZSTD_outBuffer; both structs have the same layout.</summary>
    private struct ZstdBuffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    [LibraryImport("libzstd")]
    private static partial Context ZSTD_createDStream();

    [LibraryImport("libzstd")]
    private static partial nuint ZSTD_freeDStream(nint context);

    [LibraryImport("libzstd")]
    private static partial nuint ZSTD_initDStream(Context context);

    [LibraryImport("libzstd")]
    private static partial nuint ZSTD_decompressStream(Context context, ZstdBuffer* output, ZstdBuffer* input);

    [LibraryImport("libzstd")]
    private static partial uint ZSTD_isError(nuint code);

    [LibraryImport("libzstd")]
    private static partial nint ZSTD_getErrorName(nuint code);

    [LibraryImport("libzstd")]
    private static partial int ZSTD_getErrorCode(nuint code);

    [LibraryImport("libzstd")]
    private static partial nuint ZSTD_DCtx_setParameter(Context context, int parameter, int value);
}
