#include "flame/palette.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

/* Hue in degrees, saturation and lightness in percent; ranges from the first to the second shade. */
static const struct shades {
    double hue[2], saturation[2], lightness[2];
} shades[FP_KIND_COUNT] = {
    [FP_KIND_APPLICATION] = { { 14, 32 }, { 82, 92 }, { 63, 72 } },  /* warm orange */
    [FP_KIND_LIBRARY] = { { 42, 54 }, { 76, 88 }, { 67, 77 } },      /* amber */
    [FP_KIND_KERNEL] = { { 178, 200 }, { 38, 50 }, { 48, 56 } },     /* teal-blue, darker than the orange in grey */
    [FP_KIND_CUDA] = { { 262, 282 }, { 52, 64 }, { 74, 80 } },       /* violet */
    [FP_KIND_THREAD] = { { 212, 220 }, { 16, 22 }, { 72, 79 } },     /* slate */
    [FP_KIND_PROCESS] = { { 214, 222 }, { 18, 22 }, { 66, 70 } },    /* deeper slate */
    [FP_KIND_HOST] = { { 214, 222 }, { 14, 18 }, { 62, 65 } },
    [FP_KIND_OBJECT] = { { 98, 120 }, { 36, 46 }, { 60, 70 } },      /* green */
    [FP_KIND_UNKNOWN] = { { 0, 0 }, { 0, 0 }, { 78, 86 } },          /* grey, hatched where it is drawn */
};

static struct fp_rgb from_hsl(double hue, double saturation, double lightness)
{
    double s = saturation / 100, l = lightness / 100;
    double a = s * fmin(l, 1 - l);
    double channel[3];
    static const double offset[3] = { 0, 8, 4 };

    for (int i = 0; i < 3; i++) {
        double k = fmod(offset[i] + hue / 30, 12);

        channel[i] = l - a * fmax(-1, fmin(fmin(k - 3, 9 - k), 1));
    }
    return (struct fp_rgb){ (uint8_t)lround(channel[0] * 255), (uint8_t)lround(channel[1] * 255),
                            (uint8_t)lround(channel[2] * 255) };
}

static struct fp_rgb shade(enum fp_frame_kind kind, double hue, double light)
{
    const struct shades *s = &shades[kind];

    return from_hsl(s->hue[0] + (s->hue[1] - s->hue[0]) * hue,
                    s->saturation[0] + (s->saturation[1] - s->saturation[0]) * light,
                    s->lightness[0] + (s->lightness[1] - s->lightness[0]) * light);
}

/* The part of a name that says where it belongs: up to the last '.', '/' or "::" before any argument list. */
static struct fp_slice package_of(struct fp_slice name)
{
    size_t limit = name.len, cut = 0;

    for (size_t i = 0; i < limit; i++) {
        char c = name.data[i];

        if (c == '(' || c == '<')
            break;
        if (c == '.' || c == '/' || c == ':')
            cut = i;
    }
    return (struct fp_slice){ name.data, cut };
}

static double unit_hash(struct fp_slice bytes)
{
    uint64_t h = fp_hash_mix(fp_hash_stable(bytes.data, bytes.len));

    return (double)(h >> 40) / (double)(1u << 24);
}

struct fp_rgb fp_palette_frame(enum fp_frame_kind kind, struct fp_slice name)
{
    struct fp_slice bare = fp_frame_bare_name(kind, name), package = package_of(bare);

    return shade(kind, unit_hash(package.len ? package : bare), unit_hash(bare));
}

struct fp_rgb fp_palette_legend(enum fp_frame_kind kind)
{
    return shade(kind, 0.5, 0.5);
}

/* Chosen in OKLCH, chroma rising as lightness falls to what the label's contrast allows. */
static const struct fp_rgb no_change = { 0xe4, 0xe4, 0xe4 };
static const struct {
    struct fp_rgb more[FP_CHANGE_STEPS], less[FP_CHANGE_STEPS];
} changes[FP_CHANGE_PALETTE_COUNT] = {
    [FP_CHANGE_RED_BLUE] = {
        { { 0xff, 0xe3, 0xde }, { 0xff, 0xc4, 0xb9 }, { 0xff, 0x9f, 0x91 }, { 0xfd, 0x78, 0x6a }, { 0xf4, 0x4d, 0x46 } },
        { { 0xdb, 0xee, 0xfe }, { 0xb6, 0xdb, 0xfb }, { 0x8b, 0xc4, 0xf8 }, { 0x65, 0xab, 0xf1 }, { 0x45, 0x93, 0xe9 } },
    },
    [FP_CHANGE_ORANGE_BLUE] = {
        { { 0xfd, 0xec, 0xd1 }, { 0xfc, 0xd3, 0x9b }, { 0xfb, 0xb8, 0x67 }, { 0xf7, 0x9a, 0x35 }, { 0xea, 0x7d, 0x1c } },
        { { 0xdb, 0xee, 0xfe }, { 0xaf, 0xd6, 0xfa }, { 0x84, 0xbb, 0xf4 }, { 0x5b, 0x9f, 0xe9 }, { 0x3d, 0x88, 0xde } },
    },
};

struct fp_rgb fp_palette_change(enum fp_change_palette palette, int step)
{
    if (step == 0)
        return no_change;
    return step > 0 ? changes[palette].more[step - 1] : changes[palette].less[-step - 1];
}

struct fp_rgb fp_palette_label(void)
{
    return (struct fp_rgb){ 0x1a, 0x16, 0x12 };
}

struct fp_rgb fp_palette_subtitle(void)
{
    return (struct fp_rgb){ 0x55, 0x55, 0x55 };
}

struct fp_rgb fp_palette_note(void)
{
    return (struct fp_rgb){ 0x44, 0x44, 0x44 };
}

struct fp_rgb fp_palette_cut(void)
{
    return (struct fp_rgb){ 0xb0, 0x00, 0x20 };
}

char *fp_rgb_hex(struct fp_rgb colour, char to[FP_RGB_HEX])
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t channel[3] = { colour.r, colour.g, colour.b };

    to[0] = '#';
    for (int i = 0; i < 3; i++) {
        to[1 + 2 * i] = digits[channel[i] >> 4];
        to[2 + 2 * i] = digits[channel[i] & 15];
    }
    to[7] = '\0';
    return to;
}

static double linear(uint8_t channel)
{
    double c = channel / 255.0;

    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct fp_rgb c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double fp_rgb_contrast(struct fp_rgb a, struct fp_rgb b)
{
    double la = luminance(a), lb = luminance(b);

    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}
