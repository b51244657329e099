/*
 * The one file that knows all libraries, and only their versions: those that are running, where the library tells.
 * The others' (FP_*_BUILT, from pkg-config) are those of the headers.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <cairo.h>
#include <curl/curl.h>
#include <glib.h>
#include <jansson.h>
#include <pango/pango.h>
#include <pcre2.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

#include "cmd/cmd.h"

void fp_cmd_print_version(void)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
    char pcre2[64] = "";

    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    printf("flamepress %s\n\n", FP_VERSION);
    printf("libcurl    %s (%s)\n", curl->version, curl->ssl_version ? curl->ssl_version : "no TLS");
    printf("jansson    %s\n", jansson_version_str());
    printf("cairo      %s\n", cairo_version_string());
    printf("pango      %s\n", pango_version_string());
    printf("libpng     %s\n", png_get_libpng_ver(NULL));
    printf("glib       %u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
    printf("zlib       %s\n", zlibVersion());
    printf("libzip     %s\n", zip_libzip_version());
    printf("pcre2      %s\n", pcre2);
    printf("libuuid    %s (built with)\n", FP_UUID_BUILT);
    printf("libmd      %s (built with)\n", FP_MD_BUILT);
}
