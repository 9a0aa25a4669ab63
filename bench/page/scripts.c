#include "bench/page/scripts.h"

#include "shim-js/scripts.h"

#include <gio/gio.h>

static size_t gzip_bytes(const void *script, size_t n)
{
    g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    g_autoptr(GOutputStream) out = g_converter_output_stream_new(memory, G_CONVERTER(gzip));
    (void)g_output_stream_write_all(out, script, n, NULL, NULL, NULL);
    (void)g_output_stream_close(out, NULL, NULL);
    return g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(memory));
}

size_t scripts_bytes(void)
{
    return tb_script_page_size + tb_script_isolated_size;
}

size_t scripts_gzip_bytes(void)
{
    return gzip_bytes(tb_script_page, tb_script_page_size) +
           gzip_bytes(tb_script_isolated, tb_script_isolated_size);
}
